package dev.purser.wire;

import java.util.Arrays;

/**
 * Splits a stream of server-sent events, in pieces of any size, into the data of each event. Lines
 * end in LF, CR or CRLF. Names, comments and a byte order mark are passed over: what an event is
 * stands in its data too.
 */
public final class EventStream {
  /** Told of each event. */
  public interface Listener {
    /** Some bytes of the current event's data, in order; its lines are joined by LF. */
    void data(byte[] bytes, int from, int to);

    /** The current event has ended with the byte before {@code offset} of the piece being read. */
    void ended(int offset);
  }

  private static final byte[] DATA = {'d', 'a', 't', 'a', ':'};
  private static final ByteSearch LINE_END = new ByteSearch('\n', '\r');
  private static final byte[] LINE_FEED = {'\n'};
  private static final int[] BYTE_ORDER_MARK = {0xEF, 0xBB, 0xBF};

  private enum State {
    LINE_START,
    DATA,
    OTHER,
    CARRIAGE_RETURN
  }

  private final Listener listener;
  private State state = State.LINE_START;

  /** How many bytes of the current line are the beginning of {@link #DATA}. */
  private int matched;

  private boolean emptyLine = true;
  private boolean hasData;
  private int markBytes;

  public EventStream(Listener listener) {
    this.listener = listener;
  }

  public void read(byte[] bytes) {
    int at = skipByteOrderMark(bytes);
    while (at < bytes.length) {
      at =
          switch (state) {
            case LINE_START -> lineStart(bytes, at);
            case DATA -> data(bytes, at);
            case OTHER -> lineEnd(bytes, endOfLine(bytes, at));
            case CARRIAGE_RETURN -> afterCarriageReturn(bytes, at);
          };
    }
  }

  private int skipByteOrderMark(byte[] bytes) {
    int at = 0;
    while (markBytes < BYTE_ORDER_MARK.length && at < bytes.length) {
      if ((bytes[at] & 0xFF) != BYTE_ORDER_MARK[markBytes]) {
        markBytes = BYTE_ORDER_MARK.length;
        return at;
      }
      markBytes++;
      at++;
    }
    return at;
  }

  private int lineStart(byte[] bytes, int at) {
    byte character = bytes[at];
    if (character == '\n' || character == '\r') {
      return lineEnd(bytes, at);
    }
    emptyLine = false;
    if (matched == 0 && isData(bytes, at)) {
      beginData();
      return at + DATA.length;
    }
    if (character != DATA[matched]) {
      state = State.OTHER;
    } else if (++matched == DATA.length) {
      beginData();
    }
    return at + 1;
  }

  private static boolean isData(byte[] bytes, int at) {
    int end = at + DATA.length;
    return end <= bytes.length && Arrays.equals(DATA, 0, DATA.length, bytes, at, end);
  }

  private void beginData() {
    state = State.DATA;
    if (hasData) {
      listener.data(LINE_FEED, 0, 1);
    }
    hasData = true;
  }

  private int data(byte[] bytes, int at) {
    int end = endOfLine(bytes, at);
    if (end > at) {
      listener.data(bytes, at, end);
    }
    return lineEnd(bytes, end);
  }

  private static int endOfLine(byte[] bytes, int from) {
    return LINE_END.first(bytes, from, bytes.length);
  }

  private int lineEnd(byte[] bytes, int at) {
    if (at == bytes.length) {
      return at;
    }
    if (bytes[at] == '\r') {
      state = State.CARRIAGE_RETURN;
    } else {
      lineEnded(at + 1);
    }
    return at + 1;
  }

  /** Whether a line feed belongs to the carriage return before it shows only now. */
  private int afterCarriageReturn(byte[] bytes, int at) {
    int next = bytes[at] == '\n' ? at + 1 : at;
    lineEnded(next);
    return next;
  }

  private void lineEnded(int offset) {
    state = State.LINE_START;
    matched = 0;
    if (emptyLine) {
      hasData = false;
      listener.ended(offset);
    }
    emptyLine = true;
  }
}
