package dev.purser.providers;

import static dev.purser.providers.Dialect.ANTHROPIC_MESSAGES;
import static dev.purser.providers.Dialect.OPENAI_CHAT;
import static dev.purser.providers.Dialect.OPENAI_EMBEDDINGS;
import static dev.purser.providers.Dialect.OPENAI_RESPONSES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.money.Money;
import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Rates;
import dev.purser.pricing.Terms;
import dev.purser.pricing.WorstCase;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
  void aRegionalAddressCostsATenthMoreUnderEveryBudget() {
    CallRequest anywhere =
        Exchange.accepted(OPENAI_RESPONSES, "{\"max_output_tokens\":1000,\"input\":\"x\"}");
    CallRequest there = anywhere.sentTo("eu");
    for (String model : List.of("gpt-5.4", "gpt-5.5", "gpt-6-sol")) {
      assertThat(there.bound(model, PRICES, Exchange.NOW).hold().nanos() * 10)
          .isEqualTo(anywhere.bound(model, PRICES, Exchange.NOW).hold().nanos() * 11);
      assertThat(
              there.strict(model, Exchange.ASK, PRICES, Exchange.NOW).bound().hold().nanos() * 10)
          .isEqualTo(
              anywhere.strict(model, Exchange.ASK, PRICES, Exchange.NOW).bound().hold().nanos()
                  * 11);
    }
    assertThat(there.bound("gpt-4o", PRICES, Exchange.NOW))
        .isEqualTo(anywhere.bound("gpt-4o", PRICES, Exchange.NOW));
  }

  @ParameterizedTest
  @CsvSource({"low, 30", "medium, 35", "high, 50", "unheard, 50", ", 35"})
  void aChatCallThatMaySearchHoldsItsFee(@Nullable String context, long dollarsPerThousand) {
    String size = context == null ? "" : "'search_context_size':'" + context + "'";
    String body = "{'max_completion_tokens':1,'web_search_options':{" + size + "}}";
    Bound bound = bound(OPENAI_CHAT, body, "gpt-4o-search-preview");
    // With the window at $2.50 and a token at $10 a million.
    assertThat(bound.hold())
        .isEqualTo(new Money(dollarsPerThousand * 1_000_000 + 128_000 * 2_500 + 10_000));
    Bound always = bound(OPENAI_CHAT, "{'max_completion_tokens':1}", "gpt-4o-search-preview");
    assertThat(always.hold()).isEqualTo(new Money(35_000_000 + 128_000 * 2_500 + 10_000));
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

  /** At the highest price that can be added, a token of each of 92 to 184 million answers. */
  @ParameterizedTest
  @ValueSource(longs = {92_233_721, 138_000_000, 184_467_440, 1_000_000_000})
  void answersOverTheCeilingCountAsTheCeiling(long answers) {
    Rates highest =
        Rates.ofUsdPerMillion(
            Map.of(Kind.INPUT, BigDecimal.ONE, Kind.OUTPUT, new BigDecimal(100_000)));
    ModelPrice price =
        new ModelPrice(
            Provider.OPENAI,
            "gpt-dear",
            ModelPrice.Use.CHAT,
            LocalDate.MIN,
            null,
            null,
            highest,
            null,
            Map.of(),
            List.of());
    CostTerms terms =
        new CostTerms(
            CostTerms.Input.TEXT,
            1,
            1L,
            answers,
            Runs.ONCE,
            Set.of(Kind.INPUT),
            Terms.LIST,
            List.of(Terms.LIST),
            null,
            /* widened= */ false);
    PriceList prices = PRICES.withAdded(List.of(price));
    assertThat(Bounds.of(OPENAI_CHAT, terms, "gpt-dear", prices, Exchange.NOW).hold())
        .isEqualTo(WorstCase.CEILING);
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
