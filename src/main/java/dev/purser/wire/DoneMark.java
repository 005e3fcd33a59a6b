package dev.purser.wire;

/** Recognizes {@code [DONE]}, the data of a stream's last event that is no JSON. */
public final class DoneMark {
  private static final byte[] MARK = {'[', 'D', 'O', 'N', 'E', ']'};
  private static final int SOMETHING_ELSE = -1;

  /** How many bytes of the mark the event's data has begun with. */
  private int matched;

  /** Some bytes of the event's data, in order. */
  public void data(byte[] bytes, int from, int to) {
    for (int at = from; at < to && matched >= 0 && matched < MARK.length; at++) {
      if (bytes[at] == MARK[matched]) {
        matched++;
      } else if (matched > 0 || bytes[at] != ' ') {
        matched = SOMETHING_ELSE;
      }
    }
  }

  public boolean found() {
    return matched == MARK.length;
  }

  /** The next event begins. */
  public void next() {
    matched = 0;
  }
}
