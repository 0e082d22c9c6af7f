import ECGCore
import ECGWire

/// Everything that comes over a socket; the first byte chooses the decoder. What is accepted must be
/// usable, what is refused must say why, and nothing may trap or read outside of its bytes.
public func fuzzWire(_ input: [UInt8]) {
  guard let choice = input.first else { return }
  let bytes = Array(input.dropFirst())
  let span = bytes.span.bytes
  switch choice & 3 {
  case 0:
    do throws(PacketError) {
      let header = try SamplePacketHeader.decode(span)
      var values = [Float](repeating: 0, count: header.samplesPerLead)
      for lead in 0..<header.leadCount {
        var out = values.mutableSpan
        header.copyMillivolts(lead: lead, from: span, into: &out)
        precondition(!header.leadName(lead, in: span).description.isEmpty)
      }
    } catch {
      precondition(!error.description.isEmpty)
    }
  case 1: _ = try? StreamKey(topic: span)
  case 2:
    do throws(ControlError) {
      _ = try ControlRequest.decode(bytes)
    } catch {
      precondition(!error.description.isEmpty)
    }
  default:
    _ = try? AlertEvent.decode(bytes)
    _ = try? WaveformHeader.decode(span)
  }
}
