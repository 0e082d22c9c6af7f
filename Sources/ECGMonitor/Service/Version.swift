/// The version of ecgd and its tools.
public enum Version {
  public static let text = "0.1.0"
}
