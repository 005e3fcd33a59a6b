package dev.purser.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.pricing.Provider;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.RunningPurser;
import dev.purser.running.Statements;
import dev.purser.sandbox.Sandbox;
import dev.purser.sandbox.SandboxOptions;
import dev.purser.storage.TestDatabase;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** The pages of calls over plain HTTP, as a browser without scripts has them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CallsPageTest {
  private static final Pattern ROW = Pattern.compile("data-call=\"([0-9a-z]+)\"");
  private static final Pattern DAY = Pattern.compile("id=\"day-([0-9-]+)\"");
  private static final Pattern OLDER = Pattern.compile("id=\"log-older\"[^>]* href=\"([^\"]+)\"");
  private static final ObjectMapper JSON = new ObjectMapper();

  private Sandbox sandbox;
  private RunningPurser purser;
  private Story story;
  private Map<String, String> ids;

  @BeforeAll
  void start() {
    sandbox = Sandbox.start(SandboxOptions.instant());
    purser =
        RunningPurser.start(
            TestDatabase.Kind.SQLITE,
            Map.of(
                "PURSER_ANTHROPIC_URL", sandbox.url(Provider.ANTHROPIC).toString(),
                "PURSER_OPENAI_URL", sandbox.url(Provider.OPENAI).toString()));
    story = Story.of(purser.newPerson());
    ids =
        Map.of(
            "settled", story.settled(),
            "unpriced", story.unpriced(),
            "cut", story.cut(),
            "failed", story.failed(),
            "otherModel", story.otherModel(),
            "overBudget", story.overBudget());
  }

  @AfterAll
  void stop() {
    purser.close();
    sandbox.close();
  }

  private Http.Answer get(Person person, String path) {
    return new Http(purser.url(), null).get(path, "cookie", purser.sessionCookie(person));
  }

  private String page(String path) {
    Http.Answer answer = get(story.person(), path);
    assertThat(answer.status()).isEqualTo(200);
    return answer.text();
  }

  private static List<String> rows(String html) {
    return all(ROW, html);
  }

  private static List<String> all(Pattern pattern, String html) {
    return pattern.matcher(html).results().map(found -> found.group(1)).toList();
  }

  private List<String> named(String names) {
    return List.of(names.split(" ")).stream().map(ids::get).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "'',                                 overBudget otherModel failed cut unpriced settled",
    "state=refused,                      overBudget otherModel",
    "state=settled,                      failed cut unpriced settled",
    "state=ended,                        failed cut unpriced settled",
    "source=reported,                    unpriced settled",
    "source=estimated,                   cut",
    "source=none,                        overBudget otherModel failed",
    "source=none&state=ended,            failed",
    "priced=no,                          unpriced",
    "priced=yes&source=reported,         settled",
    "model=claude-mythos-5-2,            unpriced",
    "provider=openai,                    otherModel",
    "provider=anthropic&state=refused,   overBudget"
  })
  void filtersSelectExactlyWhatTheyName(String query, String names) {
    assertThat(rows(page("/calls?" + query))).containsExactlyElementsOf(named(names));
  }

  @Test
  void agentsAndDaysAreFilteredTooAndNothingIsForgottenByTheForm() {
    // The days on which they were made: two, if it was at midnight.
    List<String> days = all(DAY, page("/calls"));
    String path =
        "/calls?agent=%s&from=%s&to=%s".formatted(story.agentId(), days.getLast(), days.getFirst());
    String page = page(path);
    assertThat(rows(page)).hasSize(6);
    assertThat(page)
        .contains("value=\"" + story.agentId() + "\" selected")
        .contains("name=\"from\" value=\"" + days.getLast() + "\"");
    assertThat(page).contains("<option value=\"(unknown)\">Models without a price</option>");
    assertThat(rows(page("/calls?to=2020-01-01"))).isEmpty();
    assertThat(rows(page("/calls?agent=nobody"))).isEmpty();
    assertThat(page("/calls?agent=nobody")).contains("No call fits these filters.");
  }

  @Test
  void whatAnAddressSaysAndNobodyUnderstandsIsLeftOutAndSaid() {
    assertThat(page("/calls?state=odd&from=yesterday&priced=maybe"))
        .contains("state=odd", "from=yesterday", "priced=maybe", "not understood");
  }

  @Test
  void aPageLeadsToTheOlderOnesUntilThereAreNoMore() {
    Person person = purser.newPerson().withProviderKeys();
    Http caller = person.caller("busy");
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 53; i++) {
      made.addFirst(Story.id(Story.message(caller, Story.PRICED_MODEL, "hello")));
    }
    person.settledCall(made.getFirst());
    String first = get(person, "/calls").text();
    Matcher older = OLDER.matcher(first);
    assertThat(older.find()).isTrue();
    String second = get(person, older.group(1).replace("&amp;", "&")).text();
    List<String> both = new ArrayList<>(rows(first));
    both.addAll(rows(second));
    assertThat(both).containsExactlyElementsOf(made);
    assertThat(OLDER.matcher(second).find()).isFalse();
    assertThat(second).contains("Newest").doesNotContain("data-newer");
  }

  @Test
  void onlyWhatIsNewIsGivenToAPageThatIsOpen() {
    assertThat(page("/calls")).contains("data-newer=\"/calls/newer\"");
    Person person = purser.newPerson().withProviderKeys();
    assertThat(get(person, "/calls/newer?after=" + story.overBudget()).status()).isEqualTo(204);
    String call = Story.ended(person, Story.message(person.caller("new"), "claude-haiku-5-5", "x"));
    Http.Answer news = get(person, "/calls/newer?after=" + story.overBudget());
    assertThat(news.status()).isEqualTo(200);
    assertThat(rows(news.text())).containsExactly(call);
    assertThat(news.text()).doesNotContain("<html");
    assertThat(get(person, "/calls/newer?state=refused&after=" + story.overBudget()).status())
        .isEqualTo(204);
    // Another space's call is nobody's business, whether it is named or not.
    assertThat(rows(get(person, "/calls/newer?after=0&open=" + story.settled()).text()))
        .containsExactly(call);
  }

  @Test
  void ofMoreNewCallsThanFitAPageThatIsOpenIsToldSo() {
    Person person = purser.newPerson().withProviderKeys();
    Http caller = person.caller("busy");
    String first = Story.id(Story.message(caller, Story.PRICED_MODEL, "hello"));
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      made.addFirst(Story.id(Story.message(caller, Story.PRICED_MODEL, "hello")));
    }
    String all = get(person, "/calls/newer?after=" + first).text();
    // Also those that were there are looked at once more: they may have come late.
    assertThat(rows(all)).startsWith(made.toArray(String[]::new)).endsWith(first);
    assertThat(all).doesNotContain("data-more");
    Story.message(caller, Story.PRICED_MODEL, "hello");
    assertThat(get(person, "/calls/newer?after=" + first).text()).contains("data-more");
  }

  @Test
  void theFileAddsUpToTheSummary() {
    Http.Answer csv = get(story.person(), "/calls.csv?state=ended");
    assertThat(csv.header("content-disposition")).contains("purser-calls.csv");
    assertThat(csv.text()).as("Excel reads it as UTF-8").startsWith("\ufeffid,");
    List<String> lines = csv.text().lines().toList();
    int cost = List.of(lines.getFirst().split(",")).indexOf("cost_usd");
    BigDecimal sum =
        lines.stream()
            .skip(1)
            .map(line -> line.split(",", -1)[cost])
            .filter(cell -> !cell.isEmpty())
            .map(BigDecimal::new)
            .reduce(BigDecimal.ZERO, BigDecimal::add);
    JsonNode summary = story.person().summary();
    assertThat(lines.size() - 1).isEqualTo(summary.path("requestCount").asInt());
    assertThat(sum.movePointRight(2))
        .isEqualByComparingTo(summary.path("totalCostCents").decimalValue());
    assertThat(sum).isPositive();
    assertThat(get(story.person(), "/calls.csv?model=gpt-6-luna").text().lines()).hasSize(1);
  }

  @Test
  void aFileThatTakesTooLongIsNotGivenInPart() {
    AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    AtomicReference<Duration> step = new AtomicReference<>(Duration.ZERO);
    InstantSource clock =
        () -> Instant.now().plus(ahead.updateAndGet(time -> time.plus(step.get())));
    try (RunningPurser slow = RunningPurser.start(TestDatabase.Kind.SQLITE, Map.of(), clock)) {
      String cookie = slow.sessionCookie(slow.newPerson());
      Http http = new Http(slow.url(), null);
      step.set(Duration.ofMinutes(1));
      Http.Answer answer = http.get("/calls.csv?model=rare", "cookie", cookie);
      step.set(Duration.ZERO);
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.header("content-disposition")).isEmpty();
      assertThat(answer.text()).contains("None was made", "href=\"/calls?model=rare\"");
      assertThat(http.get("/calls.csv?model=rare", "cookie", cookie).status()).isEqualTo(200);
    }
  }

  @Test
  void theLinesOfACallAddUpToItsCost() {
    String page = page("/calls/" + story.settled());
    Matcher line = Pattern.compile("why-is\"><data value=\"([0-9.]+)\"").matcher(page);
    BigDecimal sum = BigDecimal.ZERO;
    int lines = 0;
    while (line.find()) {
      sum = sum.add(new BigDecimal(line.group(1)));
      lines++;
    }
    BigDecimal cents = story.person().call(story.settled()).path("costCents").decimalValue();
    assertThat(lines).isGreaterThan(1);
    assertThat(sum.movePointRight(2)).isEqualByComparingTo(cents);
    assertThat(page)
        .contains("Usage reported by Anthropic", "support-bot", "Anthropic Messages")
        .contains("never stores prompt or answer text")
        .doesNotContain("hello");
  }

  @Test
  void anUnpricedCallIsNeverShownAsFree() {
    assertThat(page("/calls/" + story.unpriced()))
        .contains("unpriced", "Add the price", "dearest list price")
        .contains("<a class=\"unpriced\" href=\"/prices?q=claude-mythos-5-2\">unpriced</a></h1>")
        .contains("<a class=\"unpriced\" href=\"/prices?q=claude-mythos-5-2\">no price</a></span>")
        // Nowhere is it said without the way to the price.
        .doesNotContain("<span class=\"unpriced\">")
        .doesNotContain(">$0.00<");
    assertThat(page("/calls?priced=no")).contains("/prices?q=claude-mythos-5-2");
  }

  @Test
  void whatHasNoPriceInAMonthThatIsOverIsNotSaidToGetOne() {
    AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    Map<String, String> providers =
        Map.of("PURSER_ANTHROPIC_URL", sandbox.url(Provider.ANTHROPIC).toString());
    try (RunningPurser later =
        RunningPurser.start(
            TestDatabase.Kind.SQLITE, providers, () -> Instant.now().plus(ahead.get()))) {
      Person person = later.newPerson().withProviderKey(Provider.ANTHROPIC);
      String call =
          Story.ended(person, Story.message(person.caller("early"), Story.UNPRICED_MODEL, "hello"));
      String month = person.call(call).path("createdAt").asString().substring(0, 7);
      ahead.set(Duration.ofDays(32));
      String cookie = later.sessionCookie(person);
      Http http = new Http(later.url(), null);
      assertThat(http.get("/calls/" + call, "cookie", cookie).text())
          .contains("Its month is over, so it stays unpriced", "id=\"unpriced\"")
          .contains("<a class=\"unpriced\" href=\"#unpriced\">unpriced</a></h1>")
          .doesNotContain("Add the price");
      assertThat(http.get("/calls", "cookie", cookie).text())
          .contains("href=\"/calls/" + call + "#unpriced\">unpriced</a>")
          .doesNotContain("/prices?q=");
      assertThat(http.get("/usage?month=" + month, "cookie", cookie).text())
          .containsPattern(
              "<a class=\"unpriced\" href=\"/calls\\?[^\"]*priced=no[^\"]*\">unpriced</a>")
          .doesNotContain("/prices#unpriced", "/prices?q=");
    }
  }

  @Test
  void anEstimateSaysThatItIsOneAndWhy() {
    assertThat(page("/calls/" + story.cut())).contains("≈", "did not report the usage");
    assertThat(page("/calls/" + story.failed()))
        .contains("Failed 529", "nothing to pay", "overloaded_error");
  }

  @Test
  void aCallThatABudgetRefusedExplainsItself() {
    assertThat(page("/calls/" + story.overBudget()))
        .contains("Refused: the budget was used up")
        .contains("href=\"/settings#llm\"", "The budget begins anew on")
        .contains("\"budget_exhausted\"", "\"billing_error\"")
        .contains("\"budgetCents\": 0", "role=\"img\" aria-label=\"Budget $0.00")
        .contains("$0.00 budget</text>", "Over the budget already")
        // No part in it had what was only in doubt.
        .doesNotContain("In doubt after estimates");
  }

  @Test
  void whatTheProgramGotIsShownAsItGotIt() {
    Person person = purser.newPerson().withProviderKeys().withoutDefaultModel();
    Http caller = person.caller("support-bot");
    Http.Answer other =
        caller.post(
            "/v1/chat/completions", Story.body(Story.PRICED_MODEL, "of the other provider", false));
    Http.Answer nothing = Story.message(caller, "auto", "hello");
    Http.Answer notMeterable =
        caller.post("/v1/responses", "{\"model\":\"gpt-5.5\",\"input\":\"a\",\"background\":true}");
    person.settings("{\"monthlyBudgetCents\":0}");
    Http.Answer overBudget = Story.message(caller, Story.PRICED_MODEL, "hello");
    for (Http.Answer answer : List.of(other, nothing, notMeterable, overBudget)) {
      String page = get(person, "/calls/" + Story.id(answer)).text();
      Matcher shown =
          Pattern.compile("<code id=\"answer-text\">(.*?)</code>", Pattern.DOTALL).matcher(page);
      assertThat(shown.find()).isTrue();
      String text = shown.group(1).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
      assertThat(JSON.readTree(text)).isEqualTo(answer.json());
      assertThat(text).startsWith("{\n  \"").contains("\n    \"purser\": {\n      \"code\": \"");
    }
  }

  @Test
  void aCallSaysWhichModelWasAskedForWhichWasSentAndWhichAnswered() {
    Person person = purser.newPerson().withProviderKeys();
    person.settings("{\"defaultModel\":\"gpt-5.5\"}");
    Http caller = person.caller("support-bot");
    String call =
        Story.ended(
            person, caller.post("/v1/chat/completions", Story.body("auto", "hello", false)));
    assertThat(get(person, "/calls/" + call).text())
        .contains("<dt>Requested model</dt><dd>auto</dd>")
        .contains("<dt>Sent model</dt><dd>gpt-5.5</dd>")
        .contains("<dt>Answered model</dt><dd>gpt-5.5-2026-04-23</dd>");
    assertThat(page("/calls/" + story.settled())).doesNotContain("Sent model");
  }

  @Test
  void aModelOfTheOtherProviderIsExplained() {
    assertThat(page("/calls/" + story.otherModel()))
        .contains("Refused: the model is another provider")
        .contains("/v1/messages", "\"model_not_found\"");
  }

  @Test
  void whatCannotBeMeteredIsExplainedByItsReason() {
    Person person = purser.newPerson();
    Http.Answer refused =
        person
            .caller("painter")
            .post(
                "/v1/responses",
                """
                {"model":"gpt-5.5","input":"a","tools":[{"type":"image_generation"}]}\
                """);
    assertThat(get(person, "/calls/" + Story.id(refused)).text())
        .contains("Refused: it cannot be metered", "image_generation", "billed beside the tokens");
    assertThat(get(person, "/calls").text()).contains("cannot be metered");
    assertThat(person.call(Story.id(refused)).path("refusal").path("message").asString())
        .contains("image_generation");
  }

  @Test
  void anAgentsModelOfTheOtherProviderIsExplained() {
    Person person = purser.newPerson().withProviderKeys();
    String agent = person.agent("fixed");
    person
        .api()
        .patch(
            "/api/agents/" + agent,
            """
            {"version":1,"preferredProvider":"openai","preferredModel":"gpt-5.5",
             "modelPolicy":"always"}\
            """)
        .ok(200);
    Http caller = new Http(purser.url(), person.virtualKey(agent).secret());
    Http.Answer refused = Story.message(caller, Story.PRICED_MODEL, "hello");
    assertThat(refused.status()).isEqualTo(400);
    String page = get(person, "/calls/" + Story.id(refused)).text();
    assertThat(page)
        .contains("the agent&#39;s model is another provider&#39;s".replace("&#39;", "'"))
        .contains("always use gpt-5.5", "href=\"/agents/" + agent + "\"");
    Matcher shown =
        Pattern.compile("<code id=\"answer-text\">(.*?)</code>", Pattern.DOTALL).matcher(page);
    assertThat(shown.find()).isTrue();
    assertThat(JSON.readTree(shown.group(1))).isEqualTo(refused.json());
  }

  @Test
  void aMissingKeyIsExplainedAndSoIsAModelThatNobodyChose() {
    Person person = purser.newPerson();
    Http caller = person.caller("new");
    String noKey = Story.id(Story.message(caller, Story.PRICED_MODEL, "hello"));
    assertThat(get(person, "/calls/" + noKey).text())
        .contains("Refused: no API key was saved", "href=\"/settings#keys\"")
        .contains("\"provider_key_missing\"");
    String noModel = Story.id(Story.message(caller, "auto", "hello"));
    assertThat(get(person, "/calls/" + noModel).text())
        .contains("Refused: no model was chosen", "href=\"/settings#llm\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/calls/%s", "/calls/no-such-call", "/calls/%s/"})
  void anotherSpacesCallIsNotThere(String path) {
    Person stranger = purser.newPerson();
    assertThat(get(stranger, path.formatted(story.settled())).status()).isEqualTo(404);
    assertThat(rows(get(stranger, "/calls").text())).isEmpty();
    assertThat(get(stranger, "/calls.csv").text().lines()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/calls",
        "/calls?model=claude-haiku-5-5&priced=yes",
        "/calls?state=refused",
        "/calls/newer?after=0",
        "/calls/{settled}",
        "/calls/{overBudget}",
        "/prices"
      })
  void aPageAsksTheDatabaseFewTimes(String path) {
    String cookie = purser.sessionCookie(story.person());
    String at =
        path.replace("{settled}", story.settled()).replace("{overBudget}", story.overBudget());
    Http http = new Http(purser.url(), null);
    assertThat(
            Statements.ofPages(
                () -> assertThat(http.get(at, "cookie", cookie).status()).isEqualTo(200)))
        .hasSizeBetween(2, Statements.MAX_PAGE_SIZE);
  }
}
