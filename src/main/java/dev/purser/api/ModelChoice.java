package dev.purser.api;

import dev.purser.pricing.Provider;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A model that people choose, and whose it is. They name the model; the provider follows from it,
 * and need be named only for a model that nobody knows yet.
 */
record ModelChoice(@Nullable Provider provider, @Nullable String model) {
  private static final int NAME_CHARACTERS = 200;

  /**
   * The choice after a change.
   *
   * @param current what stays if the body says nothing of it
   * @param owners says whose a model is
   */
  static ModelChoice read(
      JsonBody body,
      String providerField,
      String modelField,
      ModelChoice current,
      ModelOwners owners,
      String spaceId) {
    Provider stated = provider(body, providerField);
    if (!body.has(modelField)) {
      if (body.has(providerField) && stated != current.provider) {
        throw JsonBody.invalid(
            providerField, "follows from the model: change " + modelField + " instead");
      }
      return current;
    }
    String model = body.textOrNull(modelField, NAME_CHARACTERS);
    if (model == null) {
      if (stated != null) {
        throw JsonBody.invalid(providerField, "must be null where " + modelField + " is");
      }
      return new ModelChoice(null, null);
    }
    Optional<Provider> owner = owners.of(spaceId, model);
    if (stated == null) {
      return new ModelChoice(
          owner.orElseThrow(() ->
              JsonBody.invalid(
                  modelField,
                  "is a name that Purser knows no provider of; if it is right, name "
                      + providerField
                      + " too")),
          model);
    }
    if (owner.isPresent() && owner.get() != stated) {
      throw JsonBody.invalid(
          providerField, "does not fit: this model is from " + owner.get().displayName());
    }
    return new ModelChoice(stated, model);
  }

  private static @Nullable Provider provider(JsonBody body, String field) {
    return body.textOrNull(field, NAME_CHARACTERS) == null
        ? null
        : body.oneOf(field, List.of(Provider.values()), Provider::id);
  }
}
