package dev.purser.web;

import io.vertx.core.http.Cookie;
import java.util.List;
import java.util.Map;

/** What a request for a page is answered with. */
sealed interface Reply {
  /**
   * A page from a template, whose parameters have these names.
   *
   * @param again where another one can be made of what it shows this once; empty for most pages
   */
  record Page(int status, String template, Map<String, Object> parameters, String again)
      implements Reply {
    Page(int status, String template, Map<String, Object> parameters) {
      this(status, template, parameters, "");
    }
  }

  /**
   * To another page, which is then read: the answer to a form that did what it says.
   *
   * @param path of this installation, with its query
   * @param cookies set on the way
   */
  record Redirect(String path, List<Cookie> cookies) implements Reply {}

  /** A file to keep. */
  record Download(String fileName, String contentType, String text) implements Reply {}

  /** Nothing has changed since the page that asks was made. */
  record NoNews() implements Reply {}

  /**
   * It is done, and the page that asked stays as it is.
   *
   * @param cookies set with it
   */
  record Done(List<Cookie> cookies) implements Reply {}

  /** A page by the convention of all templates: {@code frame} and {@code page}. */
  static Reply page(String template, Frame frame, Object page) {
    return page(200, template, frame, page);
  }

  /** The same with another status: 422 for a form that is shown again, 409 for a late one. */
  static Reply page(int status, String template, Frame frame, Object page) {
    return new Page(status, template, Map.of("frame", frame, "page", page), "");
  }

  /** One that shows a secret this once, in the answer to the form that made it. */
  static Reply shownOnce(String template, Frame frame, Object page, String again) {
    return new Page(200, template, Map.of("frame", frame, "page", page), again);
  }

  /** What is answered to a form that was done and answered already. */
  static Reply sentAlready(Frame frame, Page first, String back) {
    return first.again().isEmpty()
        ? message(
            409,
            frame,
            "Sent already",
            "This form was done the first time. What it made was shown then.",
            back)
        : message(
            409,
            frame,
            "Sent already",
            "This form was done the first time, and what it made was shown then, that once. If you"
                + " did not copy it, make a new one.",
            first.again(),
            "Make a new one");
  }

  static Reply redirect(String path) {
    return new Redirect(path, List.of());
  }

  /** A page with one sentence, for what has no page of its own. */
  static Reply message(int status, Frame frame, String title, String sentence) {
    return message(status, frame, title, sentence, "/");
  }

  /** The same, with the way back to where one was. */
  static Reply message(int status, Frame frame, String title, String sentence, String back) {
    return message(
        status,
        frame,
        title,
        sentence,
        back,
        back.equals("/") ? "To the start" : "Back to where you were");
  }

  private static Reply message(
      int status, Frame frame, String title, String sentence, String to, String link) {
    return new Page(
        status,
        "message.jte",
        Map.of("frame", frame, "title", title, "sentence", sentence, "to", to, "link", link),
        "");
  }

  /** What is not there, and what is another space's. */
  static Reply notFound(Frame frame) {
    return message(404, frame, "Nothing here", "This address leads nowhere.");
  }
}
