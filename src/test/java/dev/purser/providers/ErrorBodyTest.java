package dev.purser.providers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.pricing.Provider;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Purser's own errors, in the shapes that the providers' clients understand. */
class ErrorBodyTest {
  private static final CallError ERROR =
      new CallError(ErrorCode.BUDGET_EXHAUSTED, "The \"budget\" is spent.", "Raise it.", figures());

  private static Map<String, Object> figures() {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("budgetOf", "space");
    figures.put("budgetCents", 2_000L);
    figures.put("spentCents", new java.math.BigDecimal("1999.9999999"));
    return figures;
  }

  private static final String PURSER =
      "\"purser\":{\"code\":\"budget_exhausted\",\"help\":\"Raise it.\",\"budgetOf\":\"space\","
          + "\"budgetCents\":2000,\"spentCents\":1999.9999999}";

  @Test
  void anthropicsShape() {
    assertThat(new String(ErrorBody.of(Provider.ANTHROPIC, ERROR, "c1"), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"type\":\"error\",\"error\":{\"type\":\"billing_error\","
                + "\"message\":\"The \\\"budget\\\" is spent. Raise it.\","
                + PURSER
                + "},\"request_id\":\"c1\"}");
    assertThat(new String(ErrorBody.of(Provider.ANTHROPIC, ERROR, null), StandardCharsets.UTF_8))
        .doesNotContain("request_id");
  }

  @Test
  void openAisShape() {
    assertThat(new String(ErrorBody.of(Provider.OPENAI, ERROR, "c1"), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"error\":{\"message\":\"The \\\"budget\\\" is spent. Raise it.\","
                + "\"type\":\"insufficient_quota\",\"param\":null,\"code\":\"insufficient_quota\","
                + PURSER
                + "}}");
  }

  @Test
  void aStreamEndsWithAnErrorThatItsOwnReaderUnderstands() {
    String event =
        new String(ErrorBody.event(Provider.OPENAI, ERROR, null), StandardCharsets.UTF_8);
    assertThat(event).startsWith("event: error\ndata: {\"error\"").endsWith("}\n\n");
    assertThat(
            Exchange.stream(Dialect.OPENAI_CHAT, "{\"model\":\"gpt-4o\"}", event)
                .whole()
                .errorCode())
        .isEqualTo("insufficient_quota");
  }
}
