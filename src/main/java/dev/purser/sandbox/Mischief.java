package dev.purser.sandbox;

import dev.purser.sandbox.Reply.Ending;
import dev.purser.sandbox.Reply.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The {@link Incident}s that have nothing to do with a dialect. */
final class Mischief {
  private static final String UNKNOWN_EVENT =
      "event: weather_report\ndata: {\"type\":\"weather_report\",\"wind\":4}\n\n";

  /** Chat chunks have no names, so that only a comment can be new there. */
  private static final String COMMENT = ": weather report: wind 4\n\n";

  private Mischief() {}

  /** What comes instead of an answer; null if an answer may come. */
  static @Nullable Reply instead(Wishes wishes) {
    if (wishes.has(Incident.HANG)) {
      return new Reply(200, "application/json", Map.of(), List.of(), Ending.HANG, null, null);
    }
    if (wishes.has(Incident.HTML)) {
      int status = Math.clamp(wishes.number(Incident.HTML, 502), 200, 599);
      String page =
          "<html>\n<head><title>Bad gateway</title></head>\n<body><h1>Bad gateway</h1></body>\n</html>\n";
      return new Reply(
          status,
          "text/html; charset=UTF-8",
          Map.of(),
          List.of(Frame.of(page, 0)),
          Ending.COMPLETE,
          null,
          null);
    }
    if (wishes.has(Incident.REDIRECT)) {
      return Reply.json(307, "{}").withHeader("location", "https://elsewhere.invalid/v1");
    }
    return null;
  }

  /** The answer as it comes when something happens to it on the way. */
  static Reply apply(Wishes wishes, Reply reply) {
    List<Frame> frames = new ArrayList<>(reply.frames());
    Ending ending = reply.ending();
    if (reply.streams()) {
      if (wishes.has(Incident.DUPLICATE_START)) {
        frames.addFirst(frames.getFirst());
      }
      if (wishes.has(Incident.UNKNOWN_EVENT)) {
        boolean named = frames.getFirst().text().startsWith("event:");
        frames.add(2, Frame.of(named ? UNKNOWN_EVENT : COMMENT, 0));
      }
    }
    if (wishes.has(Incident.CUT) || wishes.has(Incident.HANG_MID_STREAM)) {
      frames = firstHalf(frames);
      ending = wishes.has(Incident.CUT) ? Ending.CUT : Ending.HANG;
    } else if (wishes.has(Incident.GARBAGE)) {
      frames = firstHalf(frames);
    }
    long everyPause = wishes.has(Incident.SLOW) ? wishes.number(Incident.SLOW, 1000) : 0;
    long firstPause = wishes.has(Incident.DELAY) ? wishes.number(Incident.DELAY, 1000) : 0;
    if (everyPause > 0 || firstPause > 0) {
      frames.replaceAll(frame -> new Frame(frame.text(), frame.tokens(), everyPause));
      Frame first = frames.getFirst();
      frames.set(0, new Frame(first.text(), first.tokens(), everyPause + firstPause));
    }
    return reply.withFrames(frames, ending);
  }

  private static List<Frame> firstHalf(List<Frame> frames) {
    if (frames.size() > 1) {
      return new ArrayList<>(frames.subList(0, (frames.size() + 1) / 2));
    }
    Frame whole = frames.getFirst();
    return new ArrayList<>(
        List.of(Frame.of(whole.text().substring(0, whole.text().length() / 2), whole.tokens())));
  }
}
