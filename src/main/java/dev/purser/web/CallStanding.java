package dev.purser.web;

import dev.purser.providers.ErrorCode;
import dev.purser.reports.Call;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a call stands, as the pages say it: in a word, a sign and a colour.
 *
 * @param glyph the sign's name
 * @param why in a few words; empty if there is nothing to explain
 */
public record CallStanding(String words, String glyph, String tone, String why) {
  private static final int FIRST_ERROR = 400;

  static CallStanding of(Call call) {
    return switch (call.state()) {
      case OPEN -> new CallStanding("Running", "spinner", "open", shortened(call));
      case INTERRUPTED ->
          new CallStanding("Interrupted", "warning", "warn", "Purser stopped before its end");
      case REFUSED ->
          new CallStanding(
              "Refused " + status(call),
              "ban",
              "danger",
              whyRefused(call) + (call.count() > 1 ? " × " + Figures.count(call.count()) : ""));
      case SETTLED -> settled(call);
    };
  }

  private static CallStanding settled(Call call) {
    String errorCode = call.errorCode();
    Long status = call.httpStatus();
    if (status != null && status >= FIRST_ERROR) {
      return new CallStanding("Failed " + status, "warning", "warn", trouble(errorCode));
    }
    return errorCode == null
        ? call.aboveHold()
            ? new CallStanding("Settled", "warning", "danger", "cost more than was set aside")
            : new CallStanding("Settled", "tick", "quiet", shortened(call))
        : new CallStanding(
            errorCode.equals("client_gone") ? "Left early" : "Broken off",
            "warning",
            "warn",
            trouble(errorCode));
  }

  private static String shortened(Call call) {
    Long granted = call.grantedOutputTokens();
    return granted == null
        ? ""
        : "limited to " + Figures.count(granted, "token", "tokens") + " by the budget";
  }

  /** A call's own way to end badly, in words where it has them, else as the provider named it. */
  static String trouble(@Nullable String errorCode) {
    return switch (errorCode) {
      case null -> "";
      case "client_gone" -> "the program went away";
      case "stream_cut" -> "the provider's stream ended too soon";
      case "shutting_down" -> "Purser was stopping";
      case "not_forwarded" -> "not sent to the provider";
      case "provider_unreachable" -> "the provider could not be reached";
      case "provider_timeout" -> "the provider took too long";
      case "internal_error" -> "an error of Purser's own";
      default -> errorCode;
    };
  }

  private static String whyRefused(Call call) {
    Optional<ErrorCode> code = code(call.errorCode());
    return code.isEmpty()
        ? trouble(call.errorCode())
        : switch (code.get()) {
          case BUDGET_EXHAUSTED -> "over budget";
          case COST_UNBOUNDED -> "cost without a bound";
          case MODEL_NOT_AVAILABLE, AGENTS_MODEL_NOT_AVAILABLE -> "model not available";
          case PROVIDER_KEY_MISSING -> "no API key";
          case PROVIDER_KEY_UNREADABLE -> "API key cannot be read";
          case VIRTUAL_KEY_INVALID -> "virtual key not valid";
          case REQUEST_NOT_METERABLE -> "cannot be metered";
          case WRONG_PATH,
              REQUEST_MALFORMED,
              REQUEST_TOO_LARGE,
              ENCODING_UNSUPPORTED,
              UPGRADE_REFUSED,
              INTERNAL_ERROR,
              PROVIDER_UNREACHABLE,
              PROVIDER_TIMEOUT,
              LEDGER_UNAVAILABLE,
              OVERLOADED,
              SHUTTING_DOWN ->
              code.get().id().replace('_', ' ');
        };
  }

  /** Purser's own error of this name. */
  static Optional<ErrorCode> code(@Nullable String id) {
    for (ErrorCode code : ErrorCode.values()) {
      if (code.id().equals(id)) {
        return Optional.of(code);
      }
    }
    return Optional.empty();
  }

  private static String status(Call call) {
    return call.httpStatus() == null ? "" : call.httpStatus().toString();
  }
}
