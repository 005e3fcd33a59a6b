package dev.purser.vault;

import dev.purser.providers.ListedModel;
import java.util.List;

/**
 * A provider key together with what its provider listed for it when it was last verified.
 *
 * @param models newest first; empty for a key that may not list models
 */
public record SavedKey(ProviderKey key, List<ListedModel> models) {
  public SavedKey {
    models = List.copyOf(models);
  }
}
