package dev.purser.providers;

import dev.purser.pricing.Provider;
import dev.purser.secret.Secret;
import java.util.regex.Pattern;

/** What somebody pasted where a provider key belongs. */
public sealed interface KeyInput {
  /** It may be such a key: ask the provider. */
  record Plausible(Secret providerKey) implements KeyInput {}

  /**
   * It is something else; nobody was asked.
   *
   * @param reason one or two sentences: what it is, and what to paste instead; no part of it
   */
  record Mistaken(String reason) implements KeyInput {}

  /** Tells what a text is, by its form alone; white space around it does not count. */
  static KeyInput recognise(Provider provider, String text) {
    String key = text.strip();
    String name = provider.displayName();
    if (key.isEmpty()) {
      return new Mistaken("Nothing was pasted. Paste your API key from " + name + ".");
    }
    if (Form.ASSIGNMENT.matcher(key).lookingAt()) {
      return new Mistaken(
          "This is a whole line, NAME=value. Paste only the API key, which stands after the =.");
    }
    if (Form.HEADER.matcher(key).lookingAt()) {
      return new Mistaken("This is a whole HTTP header. Paste only the API key, its last part.");
    }
    if (Form.QUOTES.indexOf(key.charAt(0)) >= 0
        || Form.QUOTES.indexOf(key.charAt(key.length() - 1)) >= 0) {
      return new Mistaken("There are quotation marks around it. Paste the API key without them.");
    }
    if (key.contains("…") || key.contains("...") || key.contains("**")) {
      return new Mistaken(
          "This is only the masked form of a key. "
              + name
              + " shows the whole API key once, when it is made: make a new one if it is lost.");
    }
    if (!key.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      return new Mistaken(
          "There is white space or an invisible or foreign character in it. Copy the API key again"
              + " from "
              + name
              + ".");
    }
    if (key.length() > Form.MAX_LENGTH) {
      return new Mistaken("This is longer than any API key. Paste the API key alone.");
    }
    return byPrefix(provider, key);
  }

  private static KeyInput byPrefix(Provider provider, String key) {
    String name = provider.displayName();
    if (key.startsWith("psr_")) {
      return new Mistaken(
          "This is a virtual key, which Purser made for one of your programs. Paste your API key"
              + " from "
              + name
              + ".");
    }
    if (key.startsWith("pst_")) {
      return new Mistaken(
          "This is an access token for scripts that manage Purser. Paste your API key from "
              + name
              + ".");
    }
    if (key.startsWith("sk-ant-oat") || key.startsWith("sk-ant-ort")) {
      return new Mistaken(
          "This is an OAuth token of a Claude subscription, which is not good for the API. Make an"
              + " API key in Anthropic's console.");
    }
    if (key.startsWith("sk-ant-admin") || key.startsWith("sk-admin-")) {
      return new Mistaken(
          "This is an admin key, which manages an organization and cannot call models. Make an"
              + " ordinary API key.");
    }
    return switch (provider) {
      case ANTHROPIC ->
          key.startsWith("sk-ant-")
              ? new Plausible(Secret.of(key))
              : new Mistaken(
                  key.startsWith("sk-")
                      ? "This looks like an API key from OpenAI; one from Anthropic begins with"
                          + " sk-ant-. Save it in OpenAI's row."
                      : "An API key from Anthropic begins with sk-ant-.");
      case OPENAI ->
          key.startsWith("sk-ant-")
              ? new Mistaken("This is an API key from Anthropic. Save it in Anthropic's row.")
              : new Plausible(Secret.of(key));
    };
  }

  /** The forms that are told before anything is read into a key. */
  final class Form {
    /** Longer than any key that either provider is known to make. */
    private static final int MAX_LENGTH = 512;

    private static final String QUOTES = "\"'`“”‘’„«»";

    private static final Pattern ASSIGNMENT =
        Pattern.compile("(export\\s+|set\\s+)?[A-Za-z_][A-Za-z0-9_]*\\s*=");

    private static final Pattern HEADER =
        Pattern.compile("(x-api-key|authorization)\\s*:|bearer\\s", Pattern.CASE_INSENSITIVE);

    private Form() {}
  }
}
