package dev.purser.providers;

import static dev.purser.providers.Dialect.ANTHROPIC_MESSAGES;
import static dev.purser.providers.Dialect.OPENAI_CHAT;
import static dev.purser.providers.Dialect.OPENAI_EMBEDDINGS;
import static dev.purser.providers.Dialect.OPENAI_RESPONSES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.money.Money;
import dev.purser.pricing.PriceList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The most that a request can cost. */
class BoundTest {
  private static final PriceList PRICES = PriceList.shipped();

  private static Bound bound(Dialect dialect, String body, String model) {
    return Exchange.accepted(dialect, body.replace('\'', '"')).bound(model, PRICES, Exchange.NOW);
  }

  @Test
  void textIsBoundedByItsBytesAndTheAnswerByItsLimit() {
    String body = "{'max_tokens':1000,'messages':[{'content':'" + "x".repeat(10_000) + "'}]}";
    Bound bound = bound(ANTHROPIC_MESSAGES, body, "claude-sonnet-4-5");
    assertThat(bound.inputTokens()).isBetween((long) body.length(), body.length() + 5_000L);
    assertThat(bound.outputTokens()).isEqualTo(1_000);
    // $3 and $15 per million tokens.
    assertThat(bound.hold()).isEqualTo(new Money(bound.inputTokens() * 3_000 + 1_000 * 15_000));
    assertThat(bound.unboundedField()).isNull();
  }

  @Test
  void writingToTheCacheIsBoundedAtItsPrice() {
    String plain = "{'max_tokens':1,'messages':[{'content':[{'text':'x'}]}]}";
    String cached = plain.replace("'text'", "'cache_control':{'type':'ephemeral'},'text'");
    String forAnHour = cached.replace("'ephemeral'", "'ephemeral','ttl':'1h'");
    Money dearer = bound(ANTHROPIC_MESSAGES, cached, "claude-opus-5-5").hold();
    assertThat(bound(ANTHROPIC_MESSAGES, plain, "claude-opus-5-5").hold()).isLessThan(dearer);
    assertThat(bound(ANTHROPIC_MESSAGES, forAnHour, "claude-opus-5-5").hold())
        .isGreaterThan(dearer);
  }

  @Test
  void severalAnswersCostSeveralTimesTheOutput() {
    assertThat(bound(OPENAI_CHAT, "{'n':3,'max_completion_tokens':50}", "gpt-4o").outputTokens())
        .isEqualTo(150);
  }

  @Test
  void withoutALimitTheModelsOwnHolds() {
    assertThat(bound(OPENAI_CHAT, "{'n':1}", "gpt-4o").outputTokens()).isEqualTo(16_384);
    assertThat(bound(OPENAI_CHAT, "{'max_tokens':0}", "gpt-4o").outputTokens()).isEqualTo(16_384);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "OPENAI_CHAT      | {'messages':[{'content':[{'type':'image_url','image_url':{'url':'u'}}]}]}",
        "OPENAI_RESPONSES | {'previous_response_id':'r'}",
        "OPENAI_RESPONSES | {'conversation':'c'}",
        "OPENAI_RESPONSES | {'input':[{'content':[{'type':'input_file','file_id':'f'}]}]}",
      })
  void whatIsNotInTheBodyMayFillTheWindow(Dialect dialect, String body) {
    assertThat(bound(dialect, body, "gpt-4o").inputTokens()).isEqualTo(128_000);
  }

  @Test
  void aLoopOfTheProvidersOwnToolsIsBoundedByItsUses() {
    String body = "{'max_tokens':10,'tools':[{'type':'web_search_20250305','max_uses':4}]}";
    Bound bound = bound(ANTHROPIC_MESSAGES, body, "claude-haiku-4-5");
    assertThat(bound.inputTokens()).isEqualTo(5 * 200_000);
    assertThat(bound.outputTokens()).isEqualTo(50);
    assertThat(bound.unboundedField()).isNull();
    String callableByCode = body.replace("20250305", "20260318");
    assertThat(bound(ANTHROPIC_MESSAGES, callableByCode, "claude-haiku-4-5").unboundedField())
        .isEqualTo("tools[].allowed_callers");
    String notByCode = callableByCode.replace("':4", "':4,'allowed_callers':['direct']");
    assertThat(bound(ANTHROPIC_MESSAGES, notByCode, "claude-haiku-4-5").unboundedField()).isNull();
    String endless = body.replace(",'max_uses':4", "");
    assertThat(bound(ANTHROPIC_MESSAGES, endless, "claude-haiku-4-5").unboundedField())
        .isEqualTo("tools[].max_uses");
  }

  @Test
  void theDearestTermsThatTheRequestLeavesOpenCount() {
    String open = "{'max_completion_tokens':100}";
    Money unnamed = bound(OPENAI_CHAT, open, "gpt-6-sol").hold();
    Money flex =
        bound(OPENAI_CHAT, open.replace("{", "{'service_tier':'flex',"), "gpt-6-sol").hold();
    assertThat(unnamed).isGreaterThan(flex);
    String global = "{'max_tokens':100,'inference_geo':'global'}";
    Money here = bound(ANTHROPIC_MESSAGES, global, "claude-opus-5").hold();
    Money anywhere = bound(ANTHROPIC_MESSAGES, "{'max_tokens':100}", "claude-opus-5").hold();
    assertThat(anywhere).isGreaterThan(here);
  }

  @Test
  void aModelWithoutAPriceIsBoundedAtTheDearest() {
    String body = "{'max_tokens':1000,'messages':[]}";
    Money unknown = bound(ANTHROPIC_MESSAGES, body, "claude-tomorrow").hold();
    assertThat(unknown)
        .isGreaterThanOrEqualTo(bound(ANTHROPIC_MESSAGES, body, "claude-opus-4-1").hold());
  }

  @Test
  void anEmbeddingHasNoOutput() {
    Bound bound = bound(OPENAI_EMBEDDINGS, "{'input':['some','texts']}", "text-embedding-3-small");
    assertThat(bound.outputTokens()).isZero();
    assertThat(bound.hold()).isGreaterThan(Money.ZERO).isLessThan(Money.ofCents(1));
  }

  @Test
  void noNumberInARequestBreaksTheArithmetic() {
    String body =
        "{'max_tokens':9223372036854775807,'n':9223372036854775807,"
            + "'tools':[{'type':'web_search','max_uses':9223372036854775807},{'max_uses':-1}],"
            + "'max_tool_calls':9223372036854775807,'max_output_tokens':9223372036854775807}";
    for (Dialect dialect : Dialect.values()) {
      for (String model : new String[] {"gpt-6-astra", "claude-opus-5-5", "unknown"}) {
        assertThat(bound(dialect, body, model).hold()).isGreaterThan(Money.ZERO);
      }
    }
    assertThat(bound(OPENAI_RESPONSES, body, "gpt-6-astra").outputTokens()).isPositive();
  }
}
