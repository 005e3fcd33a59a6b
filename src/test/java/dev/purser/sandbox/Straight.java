package dev.purser.sandbox;

import dev.purser.pricing.Provider;
import dev.purser.sdk.Billed;
import dev.purser.sdk.Endpoint;
import java.util.Objects;

/** The sandbox itself, with a good provider key. */
record Straight(Sandbox sandbox) implements Endpoint {
  @Override
  public String url(Provider provider) {
    return sandbox.url(provider).toString();
  }

  @Override
  public String key(Provider provider) {
    return switch (provider) {
      case ANTHROPIC -> "sk-ant-api03-sandbox-good";
      case OPENAI -> "sk-proj-sandbox-good";
    };
  }

  @Override
  public Billed lastBilled() {
    return Billed.of(Objects.requireNonNull(sandbox.seen().getLast().usage()).byModel().getFirst());
  }
}
