extension Architecture {
  init(_ reader: FieldReader) throws(ModelError) {
    let encoder = try reader.object("encoder", fields: ["input", "lstm"])
    self.encoder = Encoder(input: try encoder.choice("input"), lstm: try Self.units(encoder))
    latent = try Self.latent(reader)
    let decoder = try reader.object("decoder", fields: ["input", "lstm"])
    self.decoder = Decoder(input: try decoder.choice("input"), lstm: try Self.units(decoder))
    skip = try reader.object("output", fields: ["skip"]).choice("skip")
  }

  private static func latent(_ reader: FieldReader) throws(ModelError) -> Latent {
    let object = try reader.object("latent")
    guard let kind = object["kind"] else { throw .missingFields(["architecture.latent.kind"]) }
    switch kind {
    case .string("lastHidden"):
      _ = try reader.object("latent", fields: ["kind"])
      return .lastHidden
    case .string("linear"):
      let fields = try reader.object("latent", fields: ["kind", "size"])
      return .linear(size: try fields.integer("size", in: 1...unitLimit))
    case .null, .bool, .integer, .number, .string, .array, .object:
      throw .badField(
        "architecture.latent.kind", expected: "\"lastHidden\" or \"linear\"",
        actual: kind.described)
    }
  }

  private static func units(_ reader: FieldReader) throws(ModelError) -> [Int] {
    let expected = "a list of 1 to \(layerLimit) whole numbers from 1 to \(unitLimit)"
    guard case .array(let items) = reader.value("lstm"), (1...layerLimit).contains(items.count)
    else { throw reader.bad("lstm", expected: expected) }
    var units: [Int] = []
    for item in items {
      guard case .integer(let count) = item, (1...Int64(unitLimit)).contains(count) else {
        throw reader.bad("lstm", expected: expected, actual: item.described)
      }
      units.append(Int(count))
    }
    return units
  }
}
