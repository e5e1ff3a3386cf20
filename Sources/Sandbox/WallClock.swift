import FoundationEssentials
import SimulatedAWS

/// The machine's clock, for a world that lives in real time.
public enum WallClock {
  public static var now: WorldTime {
    WorldTime(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
  }
}
