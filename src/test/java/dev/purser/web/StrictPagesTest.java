package dev.purser.web;

import static java.util.stream.Collectors.joining;
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
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Strict budgets, doubt and notices on the pages, as a browser without scripts has them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StrictPagesTest {

  private Sandbox sandbox;
  private RunningPurser purser;
  private StrictStory story;
  private Visit visit;

  @BeforeAll
  void start() {
    sandbox = Sandbox.start(SandboxOptions.instant());
    purser = purser(TestDatabase.Kind.SQLITE, Instant::now);
  }

  private RunningPurser purser(TestDatabase.Kind kind, InstantSource clock) {
    return RunningPurser.start(
        kind,
        Map.of(
            "PURSER_ANTHROPIC_URL", sandbox.url(Provider.ANTHROPIC).toString(),
            "PURSER_OPENAI_URL", sandbox.url(Provider.OPENAI).toString()),
        clock);
  }

  @AfterAll
  void stop() {
    purser.close();
    sandbox.close();
  }

  @BeforeEach
  void somebody() {
    story = StrictStory.of(purser.newPerson());
    visit = visit(purser, story.person());
  }

  private static Visit visit(RunningPurser purser, Person person) {
    Visit visit = new Visit(purser.url());
    URI link = purser.app().signInLink(person.userId());
    visit.get(link.getRawPath() + "?" + link.getRawQuery());
    return visit;
  }

  private String page(String path) {
    return page(visit, path);
  }

  private static String page(Visit visit, String path) {
    Http.Answer answer = visit.get(path);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.text();
  }

  /** Sends a small form of a page and follows to where it leads: back to that page. */
  private String done(Visit visit, String path, String action) {
    Http.Answer answer = visit.submit(path, action);
    assertThat(answer.status()).isEqualTo(303);
    assertThat(answer.header("location")).startsWith(path);
    return page(visit, answer.header("location").replaceFirst("#.*", ""));
  }

  @Test
  void theModeIsOfferedInBothFormsWithWhatItMeans() {
    String sentence =
        "The most a call can cost is set aside first; long answers may be cut shorter.";
    String agent = "/agents/" + story.agentId();
    for (String path : List.of("/settings", agent)) {
      assertThat(page(path)).contains("<b>Never exceed.</b> " + sentence, "value=\"strict\"");
    }
    assertThat(
            visit
                .submit(
                    "/settings", "/settings", "budget", "20.50", "mode", "strict", "zone", "UTC")
                .status())
        .isEqualTo(303);
    assertThat(
            visit
                .submit(agent, agent, "name", "support-bot", "budget", "5", "mode", "strict")
                .status())
        .isEqualTo(303);
    for (String path : List.of("/settings", agent)) {
      assertThat(page(path)).contains("value=\"strict\" checked");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/settings", "/usage", "/agents/"})
  void whatIsSpentHeldAndInDoubtIsDrawnSpokenAndExact(String at) {
    story.budget(100, "strict").agentBudget(100, "strict");
    story.spend();
    story.breakOff();
    String path = at.equals("/agents/") ? at + story.agentId() : at;
    try (StrictStory.Running _ = story.runOnceRead()) {
      String page = page(path);
      assertThat(page)
          .contains(story.exact("heldCents"), story.exact("doubtCents"), "class=\"fill-doubt\"")
          .containsPattern(
              "aria-valuetext=\"\\d+ % used, [^\"]* held, [^\"]* in doubt, [^\"]* free")
          .containsPattern("class=\"fill-held\" x=\"[1-9][0-9.]*%\" width=\"[1-9]")
          .containsPattern("class=\"fill-doubt\" x=\"[1-9][0-9.]*%\" width=\"[1-9]");
      assertThat(Statements.ofPages(() -> page(path)))
          .hasSizeLessThanOrEqualTo(Statements.MAX_PAGE_SIZE);
      assertThat(Statements.ofPages(() -> page("/agents")))
          .hasSizeLessThanOrEqualTo(Statements.MAX_PAGE_SIZE);
    }
    assertThat(page(path)).doesNotContain("> held");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/settings", "/usage", "/agents/"})
  void whatIsInDoubtIsReleasedByOneForm(String at) {
    story.budget(100, "strict").agentBudget(100, "strict");
    String call = story.breakOff();
    String path = at.equals("/agents/") ? at + story.agentId() : at;
    assertThat(page(path)).contains("in doubt.</b>", "hold=doubt", "until you release it");
    assertThat(page("/calls?hold=doubt")).contains("data-call=\"" + call + "\"");

    assertThat(page("/calls/" + call)).contains(", released but for <data");

    assertThat(done(visit, path, "/budget/release"))
        .contains("Released $0.0", " of 1 call.")
        .doesNotContain("in doubt.</b>", "/budget/release");
    assertThat(page(path)).doesNotContain("Released");
    assertThat(story.person().summary().path("doubtCents").asDecimal()).isZero();
    assertThat(page("/calls?hold=doubt")).doesNotContain("data-call=");
    assertThat(page("/calls/" + call))
        .contains("What was in doubt was released", "in doubt</span>")
        .doesNotContain("released but for");
  }

  @Test
  void aBudgetThatIsNotStrictDoesNotCountDoubtAndSaysSo() {
    story.budget(100, "strict");
    story.breakOff();
    story.budget(100, "stop");
    assertThat(page("/settings"))
        .contains("in doubt.</b>", "a budget that is never exceeded would count it")
        .doesNotContain("until you release it");
  }

  @Test
  void aStrictBudgetSaysWhenItIsNotInForceYet() {
    story.budget(100, "warn");
    String agent = "/agents/" + story.agentId();
    try (StrictStory.Running _ = story.runWithoutBound()) {
      story.budget(100, "strict").agentBudget(100, "strict");
      for (String path : List.of("/settings", "/usage", agent)) {
        assertThat(page(path)).contains("Not in force yet.");
      }
      assertThat(page("/agents")).contains("strict, but not in force yet");
    }
    for (String path : List.of("/settings", "/usage", "/agents", agent)) {
      assertThat(page(path)).doesNotContain("ot in force yet");
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aCallOfLastMonthThatStillRunsKeepsAnAgentsBudgetFromForce(TestDatabase.Kind kind) {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-30T23:50:00Z"));
    try (RunningPurser later = purser(kind, now::get)) {
      StrictStory there = StrictStory.of(later.newPerson()).budget(100, "warn");
      Visit visitor = visit(later, there.person());
      try (StrictStory.Running _ = there.runWithoutBound()) {
        there.budget(100, "strict").agentBudget(100, "strict");
        now.set(Instant.parse("2026-12-01T00:10:00Z"));
        assertThat(page(visitor, "/agents/" + there.agentId()))
            .contains("December 2026", "Not in force yet.");
        assertThat(page(visitor, "/agents")).contains("strict, but not in force yet");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aMonthThatHasBegunGoesOnForAgentsWhereverTheSpaceMoves(TestDatabase.Kind kind) {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-12-01T00:10:00Z"));
    try (RunningPurser later = purser(kind, now::get)) {
      StrictStory there = StrictStory.of(later.newPerson()).agentBudget(100, "stop");
      there.spend();
      // Where it is still November.
      there.person().settings("{\"timeZone\":\"America/Los_Angeles\"}");
      Visit visitor = visit(later, there.person());
      for (String path : List.of("/agents", "/agents/" + there.agentId())) {
        assertThat(page(visitor, path)).contains("December 2026", "8 % used");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/settings", "/usage", "/agents/"})
  void aStoppedBudgetSaysWhyAndIsLetGoOn(String at) {
    story.budget(500, "strict").agentBudget(500, "strict");
    String path = at.equals("/agents/") ? at + story.agentId() : at;
    String tooDear = story.costTooMuch();
    String refused = Story.id(story.post(10, "hi"));

    assertThat(page(path)).contains("Stopped: a call has cost more than", "hold=exceeded");
    assertThat(page("/agents")).contains("stopped: no call is admitted");
    assertThat(page("/calls?hold=exceeded"))
        .contains("data-call=\"" + tooDear + "\"", "cost more than was set aside")
        .doesNotContain("data-call=\"" + refused + "\"");
    assertThat(page("/calls/" + tooDear)).contains("It cost more than was set aside for it,");
    assertThat(page("/calls/" + refused))
        .contains("Refused: the budget was stopped", "See the budget");

    assertThat(done(visit, path, "/budget/resume"))
        .contains("Calls are admitted again.")
        .doesNotContain("Stopped:", "/budget/resume");
    assertThat(story.post(10, "hi").status()).isEqualTo(200);
  }

  @Test
  void whatIsUsedIsToldOnceForEachMarkThatIsCrossed() {
    story.budget(30, "warn");
    story.spend();
    story.spend();
    assertThat(page("/usage")).contains("id=\"notices\"").doesNotContain("/budget/told");
    story.spend();
    for (String path : List.of("/settings", "/usage")) {
      assertThat(page(path))
          .contains("80 % of the ", " budget is used: $0.24 of $0.30.", "this budget only warns");
    }
    assertThat(done(visit, "/usage", "/budget/told")).doesNotContain("/budget/told");
    assertThat(page("/settings")).doesNotContain("/budget/told");

    story.spend();
    assertThat(page("/settings"))
        .contains(" is used up: $0.32 of $0.30.", "Calls go on all the same")
        .doesNotContain("% of the");
    assertThat(done(visit, "/settings", "/budget/told")).doesNotContain("/budget/told");
    assertThat(page("/usage")).doesNotContain("/budget/told");
    assertThat(Statements.ofPages(() -> page("/usage")))
        .hasSizeLessThanOrEqualTo(Statements.MAX_PAGE_SIZE);

    // Another budget is news again, and so is another mode.
    story.budget(35, "warn");
    assertThat(page("/usage")).contains("91 % of the ");
    done(visit, "/usage", "/budget/told");
    story.budget(35, "stop");
    assertThat(page("/usage")).contains("91 % of the ", "At the limit calls are refused");
    story.budget(30, "strict");
    assertThat(page("/usage"))
        .contains("Calls are refused until it is raised, or begins anew on 1 ");
    story.budget(1_000, "warn");
    assertThat(page("/usage")).doesNotContain("/budget/told");
  }

  @Test
  void aNoticeOfABudgetThatHasChangedSinceIsNotPutAway() {
    story.budget(9, "warn");
    story.spend();
    String late = page("/usage");
    story.budget(8, "warn");
    Http.Answer answer = visit.send("/budget/told", Visit.filled(late, "/budget/told"));
    assertThat(answer.status()).isEqualTo(303);
    assertThat(page("/usage")).contains("is used up");
  }

  @Test
  void oneSpacesNoticesAndDoubtAreNotAnothers() {
    story.budget(9, "strict");
    story.breakOff();
    Person other = purser.newPerson();
    Visit others = visit(purser, other);
    other.settings("{\"monthlyBudgetCents\":9,\"budgetMode\":\"strict\"}");
    assertThat(page(others, "/usage")).doesNotContain("/budget/told", "/budget/release");
    Map<String, String> form = Visit.filled(page(others, "/settings"), "/settings");
    others.send("/budget/release", form);
    others.send("/budget/resume", Visit.filled(page(others, "/settings"), "/settings"));
    assertThat(page("/usage")).contains("/budget/release");
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aProjectionAboveTheBudgetIsToldOnce(TestDatabase.Kind kind) {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-10T12:00:00Z"));
    try (RunningPurser later = purser(kind, now::get)) {
      StrictStory there = StrictStory.of(later.newPerson()).budget(20, "warn");
      there.spend();
      now.updateAndGet(at -> at.plus(Duration.ofDays(4)));
      Visit visitor = visit(later, there.person());
      for (String path : List.of("/usage", "/settings")) {
        assertThat(page(visitor, path))
            .contains("At this pace November 2026 needs $0.20 more than its budget of $0.20.")
            .contains("The last days cost $0.02 each on average.", "this budget only warns");
      }
      assertThat(done(visitor, "/settings", "/budget/told")).doesNotContain("/budget/told");
      assertThat(page(visitor, "/usage"))
          .containsPattern("<data value=\"0\\.2[0-9]*\">\\$0\\.20</data> above the budget")
          .contains("<title>13 Nov: $0.00</title>", "<title>15 Nov: projected $0.02</title>")
          .doesNotContain("/budget/told");
      there.spend();
      assertThat(page(visitor, "/usage")).contains("80 % of the November 2026 budget is used");
    }
  }

  @Test
  void aProjectionAboveTheBudgetSaysThatItCountsUnpricedCallsToo() {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-10T12:00:00Z"));
    try (RunningPurser later = purser(TestDatabase.Kind.SQLITE, now::get)) {
      StrictStory there = StrictStory.of(later.newPerson()).budget(20, "warn");
      there.spend();
      Story.ended(
          there.person(),
          Story.message(there.caller(), Story.UNPRICED_MODEL, "sandbox:tokens=200"));
      now.updateAndGet(at -> at.plus(Duration.ofDays(4)));
      Visit visitor = visit(later, there.person());
      Matcher counted =
          Pattern.compile("(\\$0\\.[0-9]{2})</data> of it for <a").matcher(page(visitor, "/usage"));
      assertThat(counted.find()).isTrue();
      assertThat(page(visitor, "/usage"))
          .contains("The budget also counts " + counted.group(1) + " for unpriced calls.")
          .containsPattern(
              "above the budget, which also counts <data value=\"[0-9.]+\">"
                  + Pattern.quote(counted.group(1))
                  + "</data> for unpriced");
    }
  }

  @Test
  void theMoneyOfTheBarLeadsToItsCalls() {
    story.budget(100, "strict");
    story.spend();
    story.breakOff();
    try (StrictStory.Running _ = story.runOnceRead()) {
      for (String path : List.of("/usage", "/settings")) {
        String bar = page(path).replaceAll("(?s).*class=\"gauge-words\">(.*?)</p>.*", "$1");
        assertThat(sumBehind(bar, " of <data")).isEqualTo("cost_usd");
        assertThat(sumBehind(bar, " held<")).isEqualTo("held_usd");
        assertThat(sumBehind(bar, " in doubt<")).isEqualTo("doubt_usd");
      }
    }
  }

  /** Which column of the calls that a figure of the bar leads to adds up to that figure. */
  private String sumBehind(String bar, String after) {
    Matcher link =
        Pattern.compile(
                "href=\"/calls(\\?[^\"]*)\"><data value=\"([0-9.]+)\">[^<]*</data></a>\\s*" + after)
            .matcher(bar);
    assertThat(link.find()).as(after + " in " + bar).isTrue();
    BigDecimal figure = new BigDecimal(link.group(2));
    List<List<String>> file =
        page("/calls.csv" + link.group(1).replace("&amp;", "&"))
            .lines()
            .map(line -> List.of(line.split(",", -1)))
            .toList();
    List<String> head = file.getFirst();
    return Stream.of("cost_usd", "held_usd", "doubt_usd")
        .filter(column -> {
          BigDecimal sum =
              file.stream()
                  .skip(1)
                  .map(row -> row.get(head.indexOf(column)))
                  .filter(cell -> !cell.isEmpty())
                  .map(BigDecimal::new)
                  .reduce(BigDecimal.ZERO, BigDecimal::add);
          return sum.compareTo(figure) == 0;
        })
        .collect(joining(" "));
  }

  @Test
  void aRefusalShowsAllItsFiguresAndWhatWouldFit() {
    story.budget(20, "strict");
    story.spend();
    story.breakOff();
    String refused = Story.id(story.post(32_000, "hi"));
    var kept = story.person().call(refused).path("refusal");
    long largest = kept.path("largestOutputTokens").asLong();
    assertThat(largest).isPositive();
    assertThat(page("/calls/" + refused))
        .contains("Refused: it did not fit the budget", "Budget of the space", "Spent by then")
        .contains("In doubt after estimates", "Needed at most", "Budget begins anew")
        .contains(
            "Longest answer that was affordable", ">" + Figures.count(largest) + " tokens</td>")
        .contains("With an output limit of " + Figures.count(largest) + " tokens it would have fit")
        .contains("Release what is in doubt", "more would have been enough for this call")
        .contains("\"largestOutputTokens\": " + largest)
        .contains(
            "<data value=\""
                + kept.path("spentCents")
                    .asDecimal()
                    .movePointLeft(2)
                    .stripTrailingZeros()
                    .toPlainString()
                + "\">");
    assertThat(page("/calls")).contains("over budget");
  }

  @Test
  void anAgentsOwnBudgetLeadsToTheAgent() {
    story.agentBudget(1, "strict");
    String refused = Story.id(story.post(32_000, "hi"));
    assertThat(page("/calls/" + refused))
        .contains("Budget of support-bot", "href=\"/agents/" + story.agentId() + "\"");
  }

  @Test
  void aCallWithoutABoundIsRefusedNamingTheFieldAndWhatToDo() {
    story.budget(10_000, "strict");
    Http.Answer answer =
        story
            .caller()
            .post(
                "/v1/messages",
                """
                {"model":"claude-opus-5-5","max_tokens":9,"messages":[{"role":"user","content":"hi"}],
                 "tools":[{"type":"web_search_20250305","name":"web_search","max_uses":501}]}\
                """);
    assertThat(answer.status()).isEqualTo(402);
    assertThat(page("/calls/" + Story.id(answer)))
        .contains("Refused: its cost has no bound because of tools[].max_uses")
        .contains("again and again", "Set max_uses", "Change mode");

    Http.Answer openAis =
        story
            .caller()
            .post(
                "/v1/responses",
                """
                {"model":"gpt-6-sol","max_output_tokens":9,"input":"hi","max_tool_calls":501,
                 "tools":[{"type":"web_search"}]}\
                """);
    assertThat(openAis.status()).isEqualTo(402);
    assertThat(openAis.text()).contains("Set max_tool_calls");
    assertThat(page("/calls/" + Story.id(openAis)))
        .contains("Refused: its cost has no bound because of max_tool_calls")
        .contains("again and again", "Set max_tool_calls")
        .doesNotContain("Leave out max_tool_calls");
  }

  @Test
  void aCallWithAnUnknownNameThatDoesNotFitIsExplainedAsItsProgramWasTold() {
    story.budget(100, "strict");
    Http.Answer answer =
        story
            .caller()
            .post(
                "/v1/messages",
                """
                {"model":"claude-opus-5-5","max_tokens":9,"invented":1,
                 "messages":[{"role":"user","content":"hi"}]}\
                """);
    assertThat(answer.status()).isEqualTo(402);
    String told = answer.json().at("/error/message").asString();
    assertThat(told).contains("invented", "the most that its model can cost");
    assertThat(page("/calls/" + Story.id(answer)))
        .contains("Refused: it did not fit the budget")
        .contains("Leave out invented", "CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS=1")
        .contains(told.substring(0, told.indexOf(" Leave")));
  }

  @Test
  void aShortenedAnswerSaysSoOnItsPageAndInTheList() {
    story.budget(15, "strict");
    Http.Answer answer = story.post(32_000, "hi");
    String granted = Figures.count(Long.parseLong(answer.header("x-purser-max-tokens")));
    String id = Story.id(answer);
    story.person().settledCall(id);
    assertThat(page("/calls/" + id))
        .contains("Answer limited to <b>" + granted + " tokens</b> by the budget")
        .contains("Worst case set aside");
    assertThat(page("/calls")).contains("limited to " + granted + " tokens by the budget");
  }
}
