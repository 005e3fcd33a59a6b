package dev.purser.sandbox;

import dev.purser.pricing.Usage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What goes back for one request, decided before its first byte is sent.
 *
 * @param frames what is written, in order; one frame for an answer in one piece
 * @param model the model that answered, null if none did
 * @param usage what the provider bills for it, whether or not the answer gets as far as saying so;
 *     null if nothing
 */
record Reply(
    int status,
    String contentType,
    Map<String, String> headers,
    List<Frame> frames,
    Ending ending,
    @Nullable String model,
    @Nullable Usage usage) {

  /** How it ends. */
  enum Ending {
    COMPLETE,
    /** After the last frame the connection is closed, in the middle of the body. */
    CUT,
    /** After the last frame nothing more comes, and the connection stays open. */
    HANG
  }

  /**
   * One piece of the body.
   *
   * @param tokens that the provider had to make for it: what its pace is measured in
   * @param pauseMillis waited before it at any pace
   */
  record Frame(String text, long tokens, long pauseMillis) {
    static Frame of(String text, long tokens) {
      return new Frame(text, tokens, 0);
    }
  }

  Reply {
    headers = Map.copyOf(headers);
    frames = List.copyOf(frames);
  }

  static Reply json(int status, String body) {
    return new Reply(
        status,
        "application/json",
        Map.of(),
        List.of(Frame.of(body, 0)),
        Ending.COMPLETE,
        null,
        null);
  }

  Reply withHeader(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Reply(status, contentType, more, frames, ending, model, usage);
  }

  Reply withFrames(List<Frame> others, Ending otherEnding) {
    return new Reply(status, contentType, headers, others, otherEnding, model, usage);
  }

  /** The same, of which nothing is billed. */
  Reply unbilled() {
    return new Reply(status, contentType, headers, frames, ending, model, null);
  }

  boolean streams() {
    return contentType.startsWith("text/event-stream");
  }
}
