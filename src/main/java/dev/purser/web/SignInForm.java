package dev.purser.web;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the sign-in page shows.
 *
 * @param host whose page this is
 * @param to where to go afterwards
 * @param email as typed
 * @param problem why the last attempt did not succeed, in one sentence; null for none
 * @param notice what has just happened; null for nothing
 * @param nobody whether there is no user yet, so that nobody can sign in
 */
public record SignInForm(
    String host,
    String to,
    String email,
    @Nullable String problem,
    @Nullable Notice notice,
    boolean nobody) {

  /** Why somebody finds themselves on this page. */
  public enum Notice {
    SET_UP("set-up", "Purser is set up already."),
    SIGNED_OUT("signed-out", "You are signed out."),
    SIGNED_OUT_EVERYWHERE("everywhere", "You are signed out in every browser."),
    SESSION_ENDED(
        "session", "Your session had ended, so nothing was changed. Sign in and do it again."),
    PASSWORD_SENT(
        "password",
        "Your session has ended. If you were changing your password, sign in with the new one; if it"
            + " does not work yet, with the old one, and change it again."),
    LINK_SPENT("link", "This link no longer works. It works once, and only for 10 minutes.");

    private final String id;
    private final String sentence;

    Notice(String id, String sentence) {
      this.id = id;
      this.sentence = sentence;
    }

    public String sentence() {
      return sentence;
    }

    /** The sign-in page that says this. */
    String path() {
      return SignInForm.path(this, "/");
    }

    static @Nullable Notice ofId(Optional<String> id) {
      return Arrays.stream(values())
          .filter(notice -> id.filter(notice.id::equals).isPresent())
          .findFirst()
          .orElse(null);
    }
  }

  /**
   * The sign-in page.
   *
   * @param notice what it says; null for nothing
   * @param to where to go afterwards: a path of this server
   */
  static String path(@Nullable Notice notice, String to) {
    List<String> query = new ArrayList<>();
    if (notice != null) {
      query.add("notice=" + notice.id);
    }
    if (!to.equals("/")) {
      query.add("to=" + URLEncoder.encode(to, StandardCharsets.UTF_8));
    }
    return SignInLinks.PATH + (query.isEmpty() ? "" : "?" + String.join("&", query));
  }

  SignInForm with(Notice shown) {
    return new SignInForm(host, to, email, problem, shown, nobody);
  }

  SignInForm refused(String typedEmail, String sentence) {
    return new SignInForm(host, to, typedEmail, sentence, null, false);
  }

  /** Until when to wait, in words: {@code in 12 minutes}. */
  static String in(Duration wait) {
    return "in " + Figures.count(Math.ceilDiv(wait.toSeconds(), 60), "minute", "minutes");
  }
}
