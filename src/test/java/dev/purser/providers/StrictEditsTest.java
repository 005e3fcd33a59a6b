package dev.purser.providers;

import static dev.purser.providers.Dialect.ANTHROPIC_MESSAGES;
import static dev.purser.providers.Dialect.OPENAI_CHAT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.money.Money;
import dev.purser.pricing.PriceList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a body is changed so that its answer costs no more than is free. */
class StrictEditsTest {
  private static final PriceList PRICES = PriceList.shipped();

  private static String sent(Dialect dialect, String body, String model, long outputTokens) {
    CallRequest call = Exchange.accepted(dialect, body.replace('\'', '"'));
    StrictTerms terms = call.strict(model, Exchange.ASK, PRICES, Exchange.NOW);
    return new String(call.strictBodyFor(model, terms, outputTokens), UTF_8).replace('"', '\'');
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'model':'claude-opus-5-5','max_tokens':32000,'x':1} | 5000 | {'model':'claude-opus-5-5','max_tokens':5000,'x':1}",
        "{'model':'auto','max_tokens' : 32000 }               | 5000 | {'model':'claude-opus-5-5','max_tokens' : 5000 }",
        "{'max_tokens':32000}                                 | 5000 | {'model':'claude-opus-5-5','max_tokens':5000}",
        "{'model':'claude-opus-5-5','max_tokens':400}         | 5000 | {'model':'claude-opus-5-5','max_tokens':400}",
        "{'model':'claude-opus-5-5','max_tokens':32000}       | 32000 | {'model':'claude-opus-5-5','max_tokens':32000}",
        "{'model':'claude-opus-5-5'}                          | 5000 | {'model':'claude-opus-5-5'}",
        "{'model':'claude-opus-5-5','max_tokens':32000,'thinking':{'type':'enabled','budget_tokens':16000}} | 5000 | {'model':'claude-opus-5-5','max_tokens':5000,'thinking':{'type':'enabled','budget_tokens':3750}}",
        "{'model':'claude-opus-5-5','max_tokens':32000,'thinking':{'type':'enabled','budget_tokens':16000}} | 1025 | {'model':'claude-opus-5-5','max_tokens':1025,'thinking':{'type':'enabled','budget_tokens':1024}}",
        "{'model':'claude-opus-5-5','max_tokens':32000,'thinking':{'type':'enabled','budget_tokens':2000}} | 5000 | {'model':'claude-opus-5-5','max_tokens':5000,'thinking':{'type':'enabled','budget_tokens':2000}}",
        "{'model':'claude-opus-5-5','max_tokens':8000,'thinking':{'type':'enabled','budget_tokens':16000}} | 5000 | {'model':'claude-opus-5-5','max_tokens':5000,'thinking':{'type':'enabled','budget_tokens':16000}}",
        "{'model':'claude-opus-5-5','max_tokens':8000,'thinking':{'type':'adaptive'}} | 5000 | {'model':'claude-opus-5-5','max_tokens':5000,'thinking':{'type':'adaptive'}}",
      })
  void theLimitOfAMessageIsLoweredAndItsThinkingStaysLegal(
      String body, long outputTokens, String sent) {
    assertThat(sent(ANTHROPIC_MESSAGES, body, "claude-opus-5-5", outputTokens)).isEqualTo(sent);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "OPENAI_CHAT | {'max_tokens':9000,'service_tier':'flex'} | 5000 | {'model':'gpt-6.1-sol','max_tokens':5000,'service_tier':'flex'}",
        "OPENAI_CHAT | {'max_tokens':90,'max_completion_tokens':9000,'service_tier':'default'} | 5000 | {'model':'gpt-6.1-sol','max_tokens':90,'max_completion_tokens':5000,'service_tier':'default'}",
        "OPENAI_CHAT | {'max_completion_tokens':null,'service_tier':null} | 5000 | {'model':'gpt-6.1-sol','max_completion_tokens':5000,'service_tier':'default'}",
        "OPENAI_CHAT | {} | 5000 | {'model':'gpt-6.1-sol','service_tier':'default','max_completion_tokens':5000}",
        "OPENAI_CHAT | {} | 128000 | {'model':'gpt-6.1-sol','service_tier':'default'}",
        "OPENAI_CHAT | {'stream':true,'n':2} | 5000 | {'model':'gpt-6.1-sol','service_tier':'default','max_completion_tokens':5000,'stream_options':{'include_usage':true},'stream':true,'n':2}",
        "OPENAI_RESPONSES | {'model':'gpt-6.1-sol','service_tier':'auto','max_output_tokens':9000} | 5000 | {'model':'gpt-6.1-sol','service_tier':'default','max_output_tokens':5000}",
        "OPENAI_RESPONSES | {'model':'gpt-6.1-sol','input':'x'} | 5000 | {'service_tier':'default','max_output_tokens':5000,'model':'gpt-6.1-sol','input':'x'}",
        "OPENAI_EMBEDDINGS | {'model':'gpt-6.1-sol','input':'x'} | 0 | {'model':'gpt-6.1-sol','input':'x'}",
      })
  void anOpenAiAnswerIsLimitedAndItsTierIsTheOrdinaryOne(
      Dialect dialect, String body, long outputTokens, String sent) {
    assertThat(sent(dialect, body, "gpt-6.1-sol", outputTokens)).isEqualTo(sent);
  }

  @Test
  void noAnswerIsCutShorterThanItIsOfUseUnlessItsProgramWantedLess() {
    assertThat(least("{\"max_tokens\":32000}")).isEqualTo(4_096);
    assertThat(least("{\"max_tokens\":300}")).isEqualTo(300);
    assertThat(least("{}")).isEqualTo(4_096);
  }

  private static long least(String body) {
    return Exchange.accepted(OPENAI_CHAT, body)
        .strict("gpt-6.1-sol", Exchange.ASK, PRICES, Exchange.NOW)
        .leastOutput();
  }

  @Test
  void whatIsSentIsBoundedByWhatWasFree() {
    String body = "{\"max_completion_tokens\":100000,\"n\":2,\"messages\":[]}";
    CallRequest call = Exchange.accepted(OPENAI_CHAT, body);
    StrictTerms terms = call.strict("gpt-6.1-sol", Exchange.ASK, PRICES, Exchange.NOW);
    Money free = Money.ofCents(10);
    long largest = terms.bound().worst().largestOutput(free);
    assertThat(largest).isBetween(terms.leastOutput(), 99_999L);
    String sent = new String(call.strictBodyFor("gpt-6.1-sol", terms, largest), UTF_8);
    Bound bound =
        Exchange.accepted(OPENAI_CHAT, sent)
            .strict("gpt-6.1-sol", Exchange.ASK, PRICES, Exchange.NOW)
            .bound();
    Bound lowered = terms.bound().lowered(largest);
    assertThat(lowered.hold()).isLessThanOrEqualTo(free);
    assertThat(lowered.outputTokens()).isEqualTo(2 * largest).isEqualTo(bound.outputTokens());
    assertThat(terms.bound().lowered(200_000)).isEqualTo(terms.bound());
  }
}
