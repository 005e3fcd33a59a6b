package dev.purser.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.pricing.PriceList;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Usage;
import dev.purser.providers.Answer;
import dev.purser.providers.AnswerReader;
import dev.purser.providers.Bound;
import dev.purser.providers.CallRequest;
import dev.purser.providers.Dialect;
import dev.purser.providers.RequestReading;
import dev.purser.providers.StrictAsk;
import dev.purser.providers.StrictNames;
import dev.purser.providers.StrictTerms;
import dev.purser.providers.TokenCount;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is sent for a strict budget, to providers that answer it. */
class StrictCallsTest {
  private static final StrictAsk ASK = StrictAsk.first(null, StrictNames.SHIPPED);
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final PriceList PRICES = PriceList.shipped();

  private final HttpClient http = HttpClient.newHttpClient();

  private static CallRequest read(Dialect dialect, String body) {
    RequestReading reading = dialect.read(body.replace('\'', '"').getBytes(UTF_8));
    assertThat(reading).isInstanceOf(RequestReading.Accepted.class);
    return ((RequestReading.Accepted) reading).request();
  }

  private HttpResponse<byte[]> send(Sandbox sandbox, Provider provider, String path, byte[] body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(sandbox.url(provider) + path))
            .headers(
                switch (provider) {
                  case ANTHROPIC ->
                      new String[] {
                        "x-api-key", "sk-ant-api03-sandbox-1234", "anthropic-version", "2023-06-01"
                      };
                  case OPENAI -> new String[] {"authorization", "Bearer sk-proj-sandbox-1234"};
                })
            .timeout(Duration.ofSeconds(10))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    return http.send(request, BodyHandlers.ofByteArray());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "ANTHROPIC_MESSAGES | claude-opus-5-5 | {'max_tokens':9000,'stream':true,'temperature':1,'system':'Be brief.','messages':[{'role':'user','content':'How are you?'}],'metadata':{'user_id':'u'}}",
        "ANTHROPIC_MESSAGES | claude-haiku-4-5 | {'max_tokens':9000,'stream':true,'thinking':{'type':'enabled','budget_tokens':8000},'tools':[{'name':'t','description':'d','input_schema':{'type':'object'}}],'messages':[{'role':'user','content':'How are you?'}]}",
        "OPENAI_RESPONSES | gpt-6.1-sol | {'stream':true,'store':false,'instructions':'Be brief.','input':'How are you?','max_output_tokens':9000}",
        "OPENAI_RESPONSES | gpt-6.1-sol | {'stream':true,'input':[{'role':'user','content':'How are you?'}]}",
      })
  void theCounterAnswersAndTheCutCallCostsNoMoreThanIsHeld(
      Dialect dialect, String model, String body) throws Exception {
    CallRequest request = read(dialect, body);
    StrictTerms terms = request.strict(model, ASK, PRICES, NOW);
    TokenCount count = request.tokenCount(model, List.of()).orElseThrow();
    try (Sandbox sandbox = Sandbox.start(SandboxOptions.instant())) {
      HttpResponse<byte[]> counter = send(sandbox, dialect.provider(), count.path(), count.body());
      assertThat(counter.statusCode()).isEqualTo(200);
      OptionalLong told = count.read(counter.body());
      assertThat(told).isPresent();

      StrictTerms closer = request.strict(model, ASK.counted(told.getAsLong()), PRICES, NOW);
      assertThat(closer.bound().hold()).isLessThanOrEqualTo(terms.bound().hold());
      assertThat(closer.bound().inputTokens())
          .isBetween(told.getAsLong(), terms.bound().inputTokens());

      Bound bound = closer.bound().lowered(closer.leastOutput());
      byte[] sent = request.strictBodyFor(model, closer, closer.leastOutput());
      HttpResponse<byte[]> answer = send(sandbox, dialect.provider(), dialect.path(), sent);
      assertThat(answer.statusCode()).as(new String(answer.body(), UTF_8)).isEqualTo(200);
      AnswerReader reader = request.answer(model, 200, "text/event-stream", bound);
      reader.read(answer.body());
      Usage most = reader.atMost();
      Answer ended = reader.end(true);
      Usage usage = ended.usage();
      assertThat(usage).isNotNull();
      if (usage != null) {
        assertThat(PRICES.price(dialect.provider(), usage, NOW).counted())
            .isLessThanOrEqualTo(bound.hold());
        assertThat(usage.terms().tier())
            .isEqualTo(dialect == Dialect.ANTHROPIC_MESSAGES ? "standard" : "default");
        if (most != null) {
          assertThat(PRICES.price(dialect.provider(), most, NOW).counted())
              .isBetween(PRICES.price(dialect.provider(), usage, NOW).counted(), bound.hold());
        }
        assertThat(most != null).isEqualTo(dialect == Dialect.ANTHROPIC_MESSAGES);
      }
    }
  }

  @Test
  void aChatIsCutThoughItHadNoLimit() throws Exception {
    CallRequest request =
        read(Dialect.OPENAI_CHAT, "{'messages':[{'role':'user','content':'How are you?'}]}");
    StrictTerms terms = request.strict("gpt-6.1-sol", ASK, PRICES, NOW);
    byte[] sent = request.strictBodyFor("gpt-6.1-sol", terms, 3);
    try (Sandbox sandbox = Sandbox.start(SandboxOptions.instant())) {
      HttpResponse<byte[]> answer =
          send(sandbox, Provider.OPENAI, Dialect.OPENAI_CHAT.path(), sent);
      assertThat(new String(answer.body(), UTF_8)).containsPattern("\"completion_tokens\": ?3\\b");
    }
  }
}
