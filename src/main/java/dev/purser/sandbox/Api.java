package dev.purser.sandbox;

import java.util.Map;

/** One provider's HTTP API. */
sealed interface Api permits AnthropicApi, OpenAiApi {
  /** Called from any thread. */
  Reply answer(Incoming request);

  /** Bodies over the limit are not read; this is the answer to them. */
  Reply tooLarge(Incoming request);

  /** The answer when the sandbox itself fails. */
  Reply broken(Incoming request);

  /** What every answer carries besides its own headers. */
  Map<String, String> commonHeaders();
}
