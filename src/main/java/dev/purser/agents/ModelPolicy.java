package dev.purser.agents;

import java.util.Locale;
import java.util.Optional;

/** When an agent's preferred model is used. */
public enum ModelPolicy {
  /** When the program asks for {@code auto}, or for no model. */
  AUTO,
  /** Always, whatever it asks for. */
  ALWAYS;

  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<ModelPolicy> ofId(String id) {
    for (ModelPolicy policy : values()) {
      if (policy.id().equals(id)) {
        return Optional.of(policy);
      }
    }
    return Optional.empty();
  }
}
