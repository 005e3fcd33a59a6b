package dev.purser.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.api.TestApi;
import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.Provider;
import dev.purser.pricing.UsageSource;
import dev.purser.running.Http;
import dev.purser.running.Statements;
import dev.purser.storage.TestDatabase;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** API keys, default model, budget, time zone and this month's usage, without scripts. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SettingsPageTest {
  private static final String ANTHROPIC_KEY =
      "sk-ant-api03-test-good-0123456789abcdefghijklmnopQRST-AA";
  private static final String OPENAI_KEY = "sk-proj-test-good-0123456789abcdefghijklmnopqrstuvWXYZ";
  private static final String BAD_KEY = "sk-proj-test-bad-0123456789abcdefghijklmnopqrstuvwxYZ";
  private static final String UNANSWERED_KEY = "sk-proj-test-down-0123456789abcdefghijklmnopqrstuv";

  private TestApi api;
  private TestApi.Person person;
  private Visit visit;
  private int people;

  @BeforeAll
  void start() {
    api = TestApi.start(TestDatabase.Kind.SQLITE);
  }

  @AfterAll
  void stop() {
    api.close();
  }

  @BeforeEach
  void signIn() {
    person = api.newPerson("owner" + ++people + "@example.org");
    visit = signedIn(api, person);
  }

  private static Visit signedIn(TestApi api, TestApi.Person person) {
    Visit visit = new Visit(api.url());
    assertThat(visit.get(api.signInLinks().make(person.user().id())).status()).isEqualTo(303);
    return visit;
  }

  private Http.Answer save(String provider, String key) {
    boolean saved = saved().toString().contains("\"" + provider + "\"");
    return visit.submit(
        saved ? "/settings?replace=" + provider : "/settings",
        "/settings/keys/" + provider,
        "key",
        key);
  }

  private String page() {
    return visit.get("/settings").text();
  }

  private JsonNode saved() {
    return person.manage().get("/api/keys").ok(200).path("items");
  }

  private JsonNode settings() {
    return person.manage().get("/api/settings").ok(200);
  }

  /** Sends the form of settings with these fields, and the others as a browser would. */
  private Http.Answer saveSettings(String... fields) {
    return visit.send("/settings", form(fields));
  }

  private Map<String, String> form(String... fields) {
    Map<String, String> form =
        Visit.filled(
            page(),
            "/settings",
            "provider",
            "",
            "model",
            "",
            "budget",
            "",
            "mode",
            "stop",
            "zone",
            "UTC");
    for (int i = 0; i < fields.length; i += 2) {
      form.put(fields[i], fields[i + 1]);
    }
    return form;
  }

  private void use(String model, long promptTokens) {
    TestApi.Caller caller = api.newCaller(person, "agent" + System.nanoTime());
    api.call(
        person,
        caller,
        Provider.ANTHROPIC,
        UsageSource.REPORTED,
        ModelUsage.none(model).with(Kind.INPUT, promptTokens));
  }

  @Test
  void aKeyIsSavedOnceItsProviderTakesItAndIsNeverSentBack() {
    Http.Answer saved = save("openai", OPENAI_KEY);
    assertThat(saved.status()).isEqualTo(303);
    assertThat(saved.header("location")).isEqualTo("/settings?saved=openai#key-openai");

    assertThat(visit.get("/settings?saved=openai").text())
        .contains("Saved and valid", "sk-proj…WXYZ")
        .doesNotContain(OPENAI_KEY);
    assertThat(page()).contains("Valid", "checked ").doesNotContain("Saved and valid", OPENAI_KEY);
  }

  @Test
  void whoeverHasNoDefaultModelIsToldWhenAnApiKeyIsSaved() {
    save("openai", OPENAI_KEY);
    assertThat(visit.get("/settings?saved=openai").text())
        .contains("You have no default model yet, so a program that asks for");

    saveSettings("model", "openai/gpt-6.1-sol");
    assertThat(visit.get("/settings?saved=openai").text()).doesNotContain("default model yet");
  }

  @Test
  void aKeyThatItsProviderRefusesIsNotSavedAndThePageSaysWhy() {
    Http.Answer refused = save("openai", BAD_KEY);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text())
        .contains(
            "OpenAI refused this key. Nothing was saved.",
            "OpenAI does not accept this key",
            "aria-invalid=\"true\"",
            "Purser sends no API key back")
        .doesNotContain(BAD_KEY);
    assertThat(saved()).isEmpty();
  }

  @Test
  void aKeyWhoseProviderDoesNotAnswerIsNotSaved() {
    Http.Answer unanswered = save("openai", UNANSWERED_KEY);
    assertThat(unanswered.status()).isEqualTo(502);
    assertThat(unanswered.text())
        .contains("OpenAI could not be asked. Nothing was saved.", "cannot answer just now")
        .doesNotContain(UNANSWERED_KEY);
    assertThat(saved()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "anthropic, psr_0123456789abcdefghij, a virtual key",
    "anthropic, " + OPENAI_KEY + ", Save it in OpenAI&#39;s row",
    "openai, OPENAI_API_KEY=" + OPENAI_KEY + ", Paste only the API key",
    "openai, '', Nothing was pasted"
  })
  void whatIsNoKeyIsRecognisedAndNobodyIsAsked(String provider, String pasted, String said) {
    Http.Answer answer = save(provider, pasted);
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.text().replace("'", "&#39;"))
        .contains("This is no API key from", "Nothing was saved.", said);
    if (!pasted.isEmpty()) {
      assertThat(answer.text()).doesNotContain(pasted);
    }
    assertThat(saved()).isEmpty();
  }

  @Test
  void anOlderKeyStaysInUseUntilItsReplacementIsTaken() {
    save("openai", OPENAI_KEY);
    assertThat(page()).doesNotContain("New API key from OpenAI");
    assertThat(visit.get("/settings?replace=openai").text()).contains("New API key from OpenAI");

    Http.Answer refused = save("openai", BAD_KEY);
    assertThat(refused.text()).contains("OpenAI refused this key", "sk-proj…WXYZ");
    assertThat(saved().get(0).path("maskedKey").asString()).isEqualTo("sk-proj…WXYZ");

    save("openai", OPENAI_KEY.replace("WXYZ", "9876"));
    assertThat(saved().get(0).path("maskedKey").asString()).isEqualTo("sk-proj…9876");
  }

  @Test
  void deletingAsksFirstAndSaysWhatItMeans() {
    save("anthropic", ANTHROPIC_KEY);
    assertThat(visit.get("/settings?delete=anthropic").text())
        .contains("No agent used it this week. Calls to Anthropic's models will get 403.");
    use("claude-fable-5-2", 10);
    assertThat(visit.get("/settings?delete=anthropic").text())
        .contains("1 agent used it this week; its calls will get 403.");
    use("claude-fable-5-2", 10);
    assertThat(visit.get("/settings?delete=anthropic").text())
        .contains("2 agents used it this week; their calls will get 403.");
    assertThat(saved()).hasSize(1);

    Http.Answer deleted =
        visit.submit("/settings?delete=anthropic", "/settings/keys/anthropic/delete");
    assertThat(deleted.header("location")).startsWith("/settings?deleted=anthropic");
    assertThat(visit.get("/settings?deleted=anthropic").text())
        .contains("Deleted", "placeholder=\"sk-ant-...\"");
    assertThat(saved()).isEmpty();
  }

  @Test
  void whatWasAskedOfAnotherKeyThanTheSavedOneIsNotDone() {
    Map<String, String> first = Visit.filled(page(), "/settings/keys/openai", "key", OPENAI_KEY);
    save("openai", OPENAI_KEY.replace("WXYZ", "1111"));
    assertThat(visit.send("/settings/keys/openai", first).status()).isEqualTo(409);

    String path = "/settings/keys/openai/delete";
    Map<String, String> delete = Visit.filled(visit.get("/settings?delete=openai").text(), path);
    save("openai", OPENAI_KEY.replace("WXYZ", "2222"));
    Http.Answer kept = visit.send(path, delete);
    assertThat(kept.status()).isEqualTo(409);
    assertThat(kept.text())
        .contains("Nothing was deleted: this API key was replaced elsewhere", "sk-proj…2222")
        .doesNotContain("Delete the OpenAI API key?");

    Map<String, String> replace =
        Visit.filled(
            visit.get("/settings?replace=openai").text(),
            "/settings/keys/openai",
            "key",
            OPENAI_KEY);
    save("openai", OPENAI_KEY.replace("WXYZ", "3333"));
    Http.Answer unsaved = visit.send("/settings/keys/openai", replace);
    assertThat(unsaved.status()).isEqualTo(409);
    assertThat(unsaved.text())
        .contains("Nothing was saved: this API key was changed elsewhere", "sk-proj…3333")
        .doesNotContain(OPENAI_KEY);
    assertThat(saved().get(0).path("maskedKey").asString()).isEqualTo("sk-proj…3333");

    // Whoever sends it once more has seen the other one.
    visit.send(
        "/settings/keys/openai",
        Visit.filled(unsaved.text(), "/settings/keys/openai", "key", OPENAI_KEY));
    assertThat(saved().get(0).path("maskedKey").asString()).isEqualTo("sk-proj…WXYZ");
    // Whoever finds it gone has what they wanted.
    person.manage().delete("/api/keys/openai");
    assertThat(visit.send(path, delete).header("location")).startsWith("/settings?deleted=openai");
  }

  @Test
  void aKeyThatWasRefusedSinceSaysSoAndCanBeVerifiedAgain() {
    save("openai", OPENAI_KEY);
    api.rejectKey(person, Provider.OPENAI);
    assertThat(page()).contains("Rejected", "by OpenAI, ", "The provider refused it.");

    Http.Answer verified = visit.submit("/settings", "/settings/keys/openai/verify");
    assertThat(verified.header("location")).startsWith("/settings?verified=openai");
    assertThat(visit.get("/settings?verified=openai").text()).contains("Checked and valid");
  }

  @Test
  void withoutAKeyModelsAreOnlyShownAndWithOneThoseThatItListsCanBeChosen() {
    assertThat(options(page(), "OpenAI: Save an API key to use these"))
        .hasSizeGreaterThan(5)
        .allMatch(option -> option.contains("disabled"));

    save("anthropic", ANTHROPIC_KEY);
    assertThat(options(page(), "Anthropic"))
        .singleElement()
        .asString()
        .contains("value=\"anthropic/claude-fable-5-2\"")
        .contains("claude-fable-5-2 · $8 in / $40 out per M")
        .doesNotContain("disabled");
    assertThat(options(page(), "OpenAI: Save an API key to use these")).isNotEmpty();
  }

  @Test
  void theNewestModelsComeFirst() {
    List<String> names =
        options(page(), "OpenAI: Save an API key to use these").stream()
            .map(option -> option.replaceAll(".*value=\"openai/([^\"]*)\".*", "$1"))
            .toList();
    assertThat(names).containsSubsequence("gpt-6.1-sol", "gpt-5.4-mini", "gpt-4.1");
    assertThat(names).noneMatch(name -> name.contains("embedding"));
  }

  @Test
  void aDefaultThatCannotBeUsedAnyMoreStaysChosenAndSaysWhy() {
    save("anthropic", ANTHROPIC_KEY);
    saveSettings("provider", "anthropic", "model", "anthropic/claude-fable-5-2");
    assertThat(settings().path("defaultModel").asString()).isEqualTo("claude-fable-5-2");
    assertThat(page()).doesNotContain("cannot be used just now");

    api.rejectKey(person, Provider.ANTHROPIC);
    assertThat(page())
        .contains("claude-fable-5-2 cannot be used just now: Anthropic rejected the API key.");

    visit.submit("/settings?delete=anthropic", "/settings/keys/anthropic/delete");
    String without = page();
    assertThat(without)
        .contains("claude-fable-5-2 cannot be used just now: there is no API key from Anthropic.");
    assertThat(options(without, "Anthropic: Save an API key to use these"))
        .filteredOn(option -> option.contains("claude-fable-5-2"))
        .singleElement()
        .asString()
        .contains("selected")
        .doesNotContain("disabled");
    assertThat(saveSettings("provider", "anthropic", "model", "anthropic/claude-fable-5-2"))
        .matches(answer -> answer.status() == 303, "it can be saved once more");
  }

  @Test
  void aProviderFollowsFromItsModelAndChoosesNothingAlone() {
    saveSettings("provider", "", "model", "openai/gpt-6.1-sol");
    assertThat(settings().path("defaultProvider").asString()).isEqualTo("openai");

    Http.Answer alone = saveSettings("provider", "anthropic", "model", "openai/gpt-6.1-sol");
    assertThat(alone.status()).isEqualTo(422);
    assertThat(alone.text()).contains("Choose one of Anthropic's models too");

    saveSettings("provider", "openai", "model", "anthropic/claude-fable-5-2");
    assertThat(settings().path("defaultModel").asString()).isEqualTo("claude-fable-5-2");
    Http.Answer instead = saveSettings("provider", "openai", "model", "", "budget", "7");
    assertThat(instead.status()).isEqualTo(422);
    assertThat(instead.text()).contains("Choose one of OpenAI's models too", "value=\"7\"");
    assertThat(settings().path("defaultModel").asString()).isEqualTo("claude-fable-5-2");
    for (String provider : List.of("anthropic", "")) {
      saveSettings("provider", provider, "model", "");
      assertThat(settings().path("defaultModel").isNull()).isTrue();
      saveSettings("provider", "anthropic", "model", "anthropic/claude-fable-5-2");
    }
    assertThat(saveSettings("model", "nobody/nothing").status()).isEqualTo(422);
  }

  @ParameterizedTest
  @CsvSource({
    "20.50, 2050, 20.50",
    "20.5, 2050, 20.50",
    "0, 0, 0.00",
    "0.01, 1, 0.01",
    "1e3, 100000, 1000.00",
    "1000000, 100000000, 1000000.00"
  })
  void dollarsAreStoredAsCentsAndShownAsDollarsAgain(String typed, long cents, String shown) {
    assertThat(saveSettings("budget", typed).header("location"))
        .isEqualTo("/settings?saved=settings#llm");
    assertThat(settings().path("monthlyBudgetCents").asLong()).isEqualTo(cents);
    assertThat(visit.get("/settings?saved=settings").text())
        .contains("value=\"" + shown + "\"", "Saved");
    saveSettings("budget", "");
    assertThat(settings().path("monthlyBudgetCents").isNull()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "-5, A budget cannot be below zero.",
    "20.505, at most two decimals",
    "1000000.01, 'at most $1,000,000 a month'",
    "1e999999999, 'at most $1,000,000 a month'",
    "much, This is no amount in dollars",
    "'20,50', This is no amount in dollars",
    "NaN, This is no amount in dollars"
  })
  void aBudgetThatWillNotDoIsToldBesideItsFieldAndKept(String typed, String said) {
    saveSettings("budget", "7");
    Http.Answer answer = saveSettings("budget", typed, "mode", "warn", "zone", "Europe/Berlin");
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.text())
        .contains(
            "value=\"" + typed + "\"", said, "aria-describedby=\"budget-problem budget-hint\"")
        .containsPattern("value=\"warn\" checked")
        .containsPattern("value=\"Europe/Berlin\" selected");
    assertThat(settings().path("monthlyBudgetCents").asLong()).isEqualTo(700);
    assertThat(settings().path("timeZone").asString()).isEqualTo("UTC");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+3", "UTC"})
  void aTimeZoneIsKeptWhateverItsName(String zone) {
    assertThat(saveSettings("zone", zone).status()).isEqualTo(303);
    assertThat(settings().path("timeZone").asString()).isEqualTo(zone);
    assertThat(page()).containsPattern("value=\"" + Pattern.quote(zone) + "\" selected");
  }

  @Test
  void whatIsNoTimeZoneIsTold() {
    Http.Answer answer = saveSettings("zone", "Middle/Earth");
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.text()).contains("This is no time zone.").doesNotContain("Middle/Earth");
    assertThat(saveSettings("mode", "strictest").status()).isEqualTo(422);
  }

  @Test
  void theSecondOfTwoTabsIsToldAndKeepsItsValues() {
    Map<String, String> first = form("budget", "30");
    Map<String, String> second = form("budget", "40", "mode", "warn");
    assertThat(visit.send("/settings", first).status()).isEqualTo(303);

    Http.Answer late = visit.send("/settings", second);
    assertThat(late.status()).isEqualTo(409);
    assertThat(late.text())
        .contains("Not saved: these settings changed in another tab.", "Show the other values")
        .contains("value=\"40\"")
        .containsPattern("value=\"warn\" checked");
    assertThat(settings().path("monthlyBudgetCents").asLong()).isEqualTo(3000);

    Map<String, String> again =
        Visit.filled(
            late.text(), "/settings", "budget", "40", "mode", "warn", "model", "", "zone", "UTC");
    assertThat(visit.send("/settings", again).status()).isEqualTo(303);
    assertThat(settings().path("monthlyBudgetCents").asLong()).isEqualTo(4000);
  }

  @Test
  void theSameFormSentTwiceSavesOnce() {
    Map<String, String> form = form("budget", "30");
    long before = settings().path("version").asLong();
    assertThat(visit.send("/settings", form).status()).isEqualTo(303);
    assertThat(visit.send("/settings", form).status()).isEqualTo(303);
    assertThat(settings().path("version").asLong()).isEqualTo(before + 1);
  }

  /** Of 10 dollars, at 8 dollars a million tokens. */
  @ParameterizedTest
  @CsvSource({
    "936250, ok, 74 % used",
    "937499, ok, 74 % used",
    "937500, warn, 75 % used",
    "1125000, warn, 90 % used",
    "1125001, danger, 90 % used"
  })
  void theBarTurnsYellowAt75PercentAndRedAbove90(long tokens, String tone, String words) {
    saveSettings("budget", "10");
    use("claude-fable-5-2", tokens);
    String usage = usage(page());
    assertThat(usage).contains("class=\"fill-" + tone + "\"", words, "of $10.00");
    for (String other : List.of("ok", "warn", "danger")) {
      if (!other.equals(tone)) {
        assertThat(usage).doesNotContain("fill-" + other);
      }
    }
  }

  @Test
  void moneyThatIsHeldIsShownAndDoesNotColourTheBar() {
    saveSettings("budget", "0.04");
    api.openCall(api.newCaller(person, "slow-bot"), Provider.OPENAI, "gpt-6.1-sol");
    assertThat(usage(page()))
        .contains("class=\"fill-ok\"", "0 % used", "fill-held")
        .containsPattern("\\$0\\.03</data></a>\\s+held")
        .containsPattern("<data value=\"0\\.0[0-9]+\">\\$0\\.01</data> free")
        .contains("No calls this month");
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void theTableOfUsageEqualsTheApisNumbers(TestDatabase.Kind kind) {
    try (TestApi other = TestApi.start(kind)) {
      TestApi.Person ada = other.newPerson("ada@example.org");
      TestApi.Caller bot = other.newCaller(ada, "bot");
      other.call(
          ada,
          bot,
          Provider.ANTHROPIC,
          UsageSource.REPORTED,
          ModelUsage.none("claude-fable-5-2")
              .with(Kind.INPUT, 300_000)
              .with(Kind.CACHE_READ, 700_000)
              .with(Kind.OUTPUT, 100_000)
              .withReasoning(25_000));
      other.call(
          ada,
          bot,
          Provider.OPENAI,
          UsageSource.ESTIMATED,
          ModelUsage.none("gpt-6.1-sol").with(Kind.INPUT, 1_234).with(Kind.OUTPUT, 56));
      other.call(
          ada,
          bot,
          Provider.OPENAI,
          UsageSource.REPORTED,
          ModelUsage.none("gpt-of-tomorrow").with(Kind.INPUT, 10).with(Kind.OUTPUT, 20));
      String usage = usage(signedIn(other, ada).get("/settings").text());
      JsonNode summary = ada.manage().get("/api/usage/summary").ok(200);

      List<String> rows = new ArrayList<>();
      Matcher row = Pattern.compile("<tr>(.*?)</tr>", Pattern.DOTALL).matcher(usage);
      while (row.find()) {
        rows.add(row.group(1));
      }
      assertThat(rows).hasSize(1 + summary.path("breakdown").size() + 1);
      for (int i = 0; i < summary.path("breakdown").size(); i++) {
        JsonNode model = summary.path("breakdown").get(i);
        assertThat(rows.get(i + 1))
            .contains(model.path("model").asString())
            .contains(">" + Figures.count(model.path("requestCount").asLong()) + "</a>")
            .contains(">" + Figures.count(model.path("totalInput").asLong()) + "</a>")
            .contains(">" + Figures.count(model.path("totalOutput").asLong()) + "</a>");
        BigDecimal cents = new BigDecimal(model.path("totalCostCents").asString());
        assertThat(rows.get(i + 1))
            .contains(
                cents.signum() == 0
                    ? "unpriced"
                    : "<data value=\"" + cents.movePointLeft(2).stripTrailingZeros() + "\">");
      }
      assertThat(rows.getLast())
          .contains("Total", Figures.count(summary.path("requestCount").asLong()))
          .contains(
              new BigDecimal(summary.path("totalCostCents").asString())
                  .movePointLeft(2)
                  .stripTrailingZeros()
                  .toPlainString());
      assertThat(usage)
          .contains("70 % from cache", "3 calls", "2 reported", "1 unpriced, not in the total")
          .containsPattern("Anthropic: <data value=\"6\\.54[0-9]*\">\\$6\\.54</data>")
          .containsPattern("OpenAI: <data value=\"0\\.00[0-9]+\">&lt;\\$0\\.01</data>")
          .containsPattern("1 estimated \\(≈ <data value=\"0\\.00[0-9]+\">&lt;\\$0\\.01</data>\\)");
    }
  }

  @Test
  void withoutAnyCallThePageLeadsToConnecting() {
    assertThat(usage(page())).contains("No calls this month", "href=\"/start\"");
  }

  @Test
  void aPageAsksTheDatabaseAtMostSixTimes() {
    assertThat(statements("/settings")).hasSizeLessThanOrEqualTo(Statements.MAX_PAGE_SIZE);
    save("anthropic", ANTHROPIC_KEY);
    saveSettings("budget", "10");
    use("claude-fable-5-2", 10);
    for (String path : List.of("/settings?delete=anthropic", "/settings?replace=anthropic")) {
      assertThat(statements(path)).as(path).hasSizeLessThanOrEqualTo(Statements.MAX_PAGE_SIZE);
    }
  }

  private List<String> statements(String path) {
    return Statements.ofPages(() -> assertThat(visit.get(path).status()).isEqualTo(200));
  }

  @Test
  void anotherSpacesKeysAndUsageAreNowhere() {
    save("anthropic", ANTHROPIC_KEY);
    use("claude-fable-5-2", 1_000);
    Visit other = signedIn(api, api.newPerson("bob" + people + "@example.org"));
    assertThat(other.get("/settings?saved=anthropic&delete=anthropic").text())
        .doesNotContain("sk-ant-…", "Saved and valid", "Delete the Anthropic API key?")
        .contains("No calls this month");
    assertThat(other.submit("/settings", "/settings", "mode", "stop", "zone", "UTC").status())
        .isEqualTo(303);
    assertThat(saved()).hasSize(1);
  }

  @Test
  void aProviderThatNobodyKnowsIsNowhere() {
    Map<String, String> form = Visit.filled(page(), "/settings/keys/openai", "key", OPENAI_KEY);
    assertThat(visit.send("/settings/keys/acme", form).status()).isEqualTo(404);
    assertThat(saved()).isEmpty();
  }

  /** The markup of this month's card. */
  private static String usage(String page) {
    return page.substring(page.indexOf("id=\"usage\""));
  }

  /** The options of a group of models. */
  private static List<String> options(String page, String label) {
    Matcher group =
        Pattern.compile(
                "<optgroup label=\"" + Pattern.quote(label) + "\"[^>]*>(.*?)</optgroup>",
                Pattern.DOTALL)
            .matcher(page);
    assertThat(group.find()).as("a group " + label).isTrue();
    List<String> options = new ArrayList<>();
    Matcher option = Pattern.compile("<option.*?</option>").matcher(group.group(1));
    while (option.find()) {
      options.add(option.group());
    }
    return options;
  }
}
