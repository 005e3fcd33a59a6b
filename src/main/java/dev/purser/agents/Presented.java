package dev.purser.agents;

import dev.purser.people.Credential;
import dev.purser.pricing.Provider;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a caller presents where a virtual key belongs, told by its form alone. */
public sealed interface Presented {
  /**
   * A virtual key by its form.
   *
   * @param hash what it is looked up by, and may be remembered by
   */
  record VirtualKey(String hash) implements Presented {}

  /** No credential at all. */
  record Nothing() implements Presented {}

  /** A virtual key with a typing error, or cut short: no such key was ever made. */
  record Mistyped() implements Presented {}

  /** Not a secret alone, but something around it or in place of it. */
  record Mispasted(Mishap mishap) implements Presented {}

  /** A provider's own key, which belongs in Purser and not in the program that calls it. */
  record ProviderKey(Provider provider) implements Presented {}

  /** It manages Purser, and cannot call models. */
  record AccessToken() implements Presented {}

  /** Nothing that Purser knows. */
  record Unknown() implements Presented {}

  /** What went wrong when a secret was pasted. */
  enum Mishap {
    NO_BEARER("Authorization must be the word Bearer, a space, and then the key."),
    ANOTHER_BEARER("The word Bearer stands in front of it once more than it should."),
    QUOTES("There are quotation marks or brackets around it."),
    WHOLE_LINE("This is a whole line, NAME=value or a header, and not the key alone."),
    VARIABLE("This is the name of a variable, and not its value."),
    MASKED("This is only its shortened form: the whole is shown once, when it is made."),
    WHITE_SPACE("There is white space or an invisible or foreign character in it.");

    private final String sentence;

    Mishap(String sentence) {
      this.sentence = sentence;
    }

    /** For the one who pasted it; no part of what was pasted. */
    public String sentence() {
      return sentence;
    }
  }

  /** Reads the value of {@code x-api-key}, or of {@code Authorization} after {@code Bearer}. */
  static Presented read(@Nullable String text) {
    if (text == null || text.isBlank()) {
      return new Nothing();
    }
    if (Credential.wellFormed(Credential.Kind.VIRTUAL_KEY, text)) {
      return new VirtualKey(Credential.hash(text));
    }
    Mishap mishap = Form.mishap(text.strip());
    if (mishap != null) {
      return new Mispasted(mishap);
    }
    if (text.startsWith(Credential.Kind.VIRTUAL_KEY.prefix())) {
      return new Mistyped();
    }
    if (text.startsWith(Credential.Kind.ACCESS_TOKEN.prefix())) {
      return new AccessToken();
    }
    if (text.startsWith("sk-ant-")) {
      return new ProviderKey(Provider.ANTHROPIC);
    }
    return text.startsWith("sk-") ? new ProviderKey(Provider.OPENAI) : new Unknown();
  }

  /** Reads an {@code Authorization} that does not begin with {@code Bearer} and a space. */
  static Presented withoutBearer(String authorization) {
    String text = authorization.strip();
    return text.isEmpty() || text.equalsIgnoreCase("bearer")
        ? new Nothing()
        : new Mispasted(Mishap.NO_BEARER);
  }

  /** The forms that are told before anything is read into a secret. */
  final class Form {
    /** Longer than any secret, with all that may stand around it. */
    private static final int MAX_LENGTH = 512;

    private static final Pattern BEARER = Pattern.compile("bearer\\s.*", Pattern.CASE_INSENSITIVE);

    /** Curly ones are read from a header as the three bytes that they are sent as. */
    private static final Pattern QUOTED =
        Pattern.compile(
            "([\"'`<{(\\[\u2018-\u201f]|\u00e2\u0080[\u0098-\u009f]).*|.*[\"'`>})\\]\u2018-\u201f]");

    private static final Pattern LINE =
        Pattern.compile(
            "(export\\s+|set\\s+)?[A-Za-z_][A-Za-z0-9_]*\\s*=.*|(x-api-key|authorization)\\s*:.*",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern VARIABLE =
        Pattern.compile(
            "\\$\\{?[A-Za-z_]\\w*}?|%[A-Za-z_]\\w*%|\\{\\{.*}}|[A-Z][A-Z0-9]*(_[A-Z0-9]+)+");

    private static final Pattern UNSEEN = Pattern.compile(".*[^!-~].*");

    private static final Pattern MASKED =
        Pattern.compile(".*(\u2026|\u00e2\u0080\u00a6|\\.\\.\\.|\\*\\*).*");

    private Form() {}

    private static @Nullable Mishap mishap(String text) {
      if (text.length() > MAX_LENGTH) {
        return null;
      }
      if (BEARER.matcher(text).matches()) {
        return Mishap.ANOTHER_BEARER;
      }
      if (VARIABLE.matcher(text).matches()) {
        return Mishap.VARIABLE;
      }
      if (LINE.matcher(text).matches()) {
        return Mishap.WHOLE_LINE;
      }
      if (QUOTED.matcher(text).matches()) {
        return Mishap.QUOTES;
      }
      if (MASKED.matcher(text).matches()) {
        return Mishap.MASKED;
      }
      boolean ours =
          text.startsWith(Credential.Kind.VIRTUAL_KEY.prefix())
              || text.startsWith(Credential.Kind.ACCESS_TOKEN.prefix());
      return ours && UNSEEN.matcher(text).matches() ? Mishap.WHITE_SPACE : null;
    }
  }
}
