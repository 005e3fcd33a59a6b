package dev.purser.agents;

import dev.purser.people.Credential;
import dev.purser.pricing.Provider;
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

  /** A provider's own key, which belongs in Purser and not in the program that calls it. */
  record ProviderKey(Provider provider) implements Presented {}

  /** It manages Purser, and cannot call models. */
  record AccessToken() implements Presented {}

  /** Nothing that Purser knows. */
  record Unknown() implements Presented {}

  /** Reads the value of {@code x-api-key}, or of {@code Authorization} after {@code Bearer}. */
  static Presented read(@Nullable String text) {
    if (text == null || text.isBlank()) {
      return new Nothing();
    }
    if (text.startsWith(Credential.Kind.VIRTUAL_KEY.prefix())) {
      return Credential.wellFormed(Credential.Kind.VIRTUAL_KEY, text)
          ? new VirtualKey(Credential.hash(text))
          : new Mistyped();
    }
    if (text.startsWith(Credential.Kind.ACCESS_TOKEN.prefix())) {
      return new AccessToken();
    }
    if (text.startsWith("sk-ant-")) {
      return new ProviderKey(Provider.ANTHROPIC);
    }
    return text.startsWith("sk-") ? new ProviderKey(Provider.OPENAI) : new Unknown();
  }
}
