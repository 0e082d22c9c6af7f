import ECGCore
import ECGWire

// A libFuzzer harness of everything that comes over a socket: the first byte chooses the decoder.
// Tests/Fuzz/fuzz.sh builds it with the sources of ECGWire.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzWire(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  guard size > 0 else { return 0 }
  let bytes = Array(UnsafeBufferPointer(start: data + 1, count: size - 1))
  let span = bytes.span.bytes
  switch data[0] & 3 {
  case 0:
    do throws(PacketError) {
      let header = try SamplePacketHeader.decode(span)
      var sum: Float = 0
      var values = [Float](repeating: 0, count: header.samplesPerLead)
      for lead in 0..<header.leadCount {
        var out = values.mutableSpan
        header.copyMillivolts(lead: lead, from: span, into: &out)
        sum += values[0]
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
  return 0
}
