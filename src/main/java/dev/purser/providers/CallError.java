package dev.purser.providers;

import java.util.Map;

/**
 * An error that Purser gives to a caller.
 *
 * @param message what happened, in one sentence; never holds a secret or a text of the request
 *     other than a model's name
 * @param help what to do about it, with a link to the page where it is done
 * @param figures further members of {@code error.purser}, numbers or texts, in order: the money of
 *     a budget refusal
 */
public record CallError(ErrorCode code, String message, String help, Map<String, Object> figures) {
  public static CallError of(ErrorCode code, String message, String help) {
    return new CallError(code, message, help, Map.of());
  }
}
