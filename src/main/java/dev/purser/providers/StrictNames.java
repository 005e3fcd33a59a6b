package dev.purser.providers;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What strict budgets know of names beyond the lists that ship with Purser.
 *
 * @param listed what the administrator has said of names
 * @param struck those of calls that have cost more than their hold
 * @param refusesUnknown whether an unknown name refuses the call instead of widening its bound
 */
public record StrictNames(
    Map<RequestName, Effect> listed, Set<RequestName> struck, boolean refusesUnknown) {
  /** Nothing beyond the shipped lists. */
  public static final StrictNames SHIPPED = new StrictNames(Map.of(), Set.of(), false);

  /** What a listed name does to a bound. */
  public enum Effect {
    /** Nothing: it adds nothing that is not bounded otherwise. */
    HARMLESS,
    /** It may add to what is read and written, within the limits of the model. */
    WIDENS;

    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Effect> ofId(String id) {
      return Arrays.stream(values()).filter(effect -> effect.id().equals(id)).findFirst();
    }
  }

  public StrictNames {
    listed = Map.copyOf(listed);
    struck = Set.copyOf(struck);
  }
}
