package dev.purser.providers;

import java.util.Locale;
import java.util.Set;

/**
 * The closed list of errors that Purser itself gives to a caller: HTTP status and the names both
 * providers' clients know.
 */
public enum ErrorCode {
  VIRTUAL_KEY_INVALID(401, "authentication_error", "invalid_request_error", "invalid_api_key"),
  PROVIDER_KEY_MISSING(403, "permission_error", "invalid_request_error", "provider_key_missing"),
  PROVIDER_KEY_UNREADABLE(
      403, "permission_error", "invalid_request_error", "provider_key_unreadable"),
  MODEL_NOT_AVAILABLE(404, "not_found_error", "invalid_request_error", "model_not_found"),
  /** The same because of a setting of the agent; Claude Code hides the text of a 404, not this. */
  AGENTS_MODEL_NOT_AVAILABLE(
      400, "invalid_request_error", "invalid_request_error", "model_not_found"),
  WRONG_PATH(404, "not_found_error", "invalid_request_error", "not_found"),
  BUDGET_EXHAUSTED(402, "billing_error", "insufficient_quota", "insufficient_quota"),
  COST_UNBOUNDED(402, "billing_error", "insufficient_quota", "insufficient_quota"),
  REQUEST_NOT_METERABLE(
      400, "invalid_request_error", "invalid_request_error", "request_not_meterable"),
  REQUEST_MALFORMED(400, "invalid_request_error", "invalid_request_error", "request_malformed"),
  REQUEST_TOO_LARGE(413, "request_too_large", "invalid_request_error", "request_too_large"),
  ENCODING_UNSUPPORTED(
      415, "invalid_request_error", "invalid_request_error", "encoding_unsupported"),
  UPGRADE_REFUSED(426, "invalid_request_error", "invalid_request_error", "upgrade_refused"),
  INTERNAL_ERROR(500, "api_error", "server_error", "internal_error"),
  PROVIDER_UNREACHABLE(502, "api_error", "server_error", "provider_unreachable"),
  PROVIDER_TIMEOUT(504, "timeout_error", "server_error", "provider_timeout"),
  LEDGER_UNAVAILABLE(503, "api_error", "server_error", "ledger_unavailable"),
  OVERLOADED(503, "api_error", "server_error", "overloaded"),
  SHUTTING_DOWN(503, "api_error", "server_error", "shutting_down");

  private static final Set<ErrorCode> TEMPORARY =
      Set.of(PROVIDER_UNREACHABLE, PROVIDER_TIMEOUT, LEDGER_UNAVAILABLE, OVERLOADED, SHUTTING_DOWN);

  private final int status;
  private final String anthropicType;
  private final String openAiType;
  private final String openAiCode;

  ErrorCode(int status, String anthropicType, String openAiType, String openAiCode) {
    this.status = status;
    this.anthropicType = anthropicType;
    this.openAiType = openAiType;
    this.openAiCode = openAiCode;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /**
   * Whether the same request may succeed a moment later. A client is told so only if nothing of the
   * request was sent on: a call that was may cost twice.
   */
  public boolean temporary() {
    return TEMPORARY.contains(this);
  }

  /** {@code error.type} in Anthropic's shape. */
  public String anthropicType() {
    return anthropicType;
  }

  /** {@code error.type} in OpenAI's shape. */
  public String openAiType() {
    return openAiType;
  }

  /** {@code error.code} in OpenAI's shape. */
  public String openAiCode() {
    return openAiCode;
  }

  /** {@code error.purser.code} in both. */
  public String id() {
    return this == AGENTS_MODEL_NOT_AVAILABLE
        ? MODEL_NOT_AVAILABLE.id()
        : name().toLowerCase(Locale.ROOT);
  }
}
