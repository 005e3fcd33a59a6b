package dev.purser.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.api.TestApi;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.Provider;
import dev.purser.pricing.UsageSource;
import dev.purser.running.Http;
import dev.purser.storage.TestDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The first page, over real HTTP. */
class HomePageTest {
  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void thePageShowsThisMonthWithExactValuesInItsMarkup(TestDatabase.Kind kind) {
    try (TestApi api = TestApi.start(kind)) {
      TestApi.Person ada = api.newPerson("ada@example.org");
      TestApi.Caller caller = api.newCaller(ada, "support-bot <b>");
      api.call(
          ada,
          caller,
          Provider.ANTHROPIC,
          UsageSource.REPORTED,
          new ModelUsage("claude-fable-5-2", 1_000_000, 0, 0, 0, 0, 0, 100_000, 25_000, 0));
      api.call(
          ada,
          caller,
          Provider.OPENAI,
          UsageSource.REPORTED,
          new ModelUsage("gpt-of-tomorrow", 10, 0, 0, 0, 0, 0, 20, 0, 0));
      String page = page(api, ada);
      assertThat(page)
          .contains("<data value=\"12\">$12.00</data>")
          .contains("Anthropic: $12.00")
          .contains("1,000,000")
          .contains("25 % reasoning")
          .contains("2 calls")
          .contains("1 unpriced, not in the total")
          .contains("support-bot &lt;b&gt;")
          .doesNotContain("support-bot <b>")
          .doesNotContain(caller.secret());
    }
  }

  @Test
  void thePageShowsNothingOfAnotherSpace() {
    try (TestApi api = TestApi.start(TestDatabase.Kind.SQLITE)) {
      TestApi.Person ada = api.newPerson("ada@example.org");
      TestApi.Caller caller = api.newCaller(ada, "adas-agent");
      api.call(
          ada,
          caller,
          Provider.ANTHROPIC,
          UsageSource.REPORTED,
          new ModelUsage("claude-fable-5-2", 1_000, 0, 0, 0, 0, 0, 100, 0, 0));
      assertThat(page(api, ada)).contains("adas-agent", "claude-fable-5-2");
      assertThat(page(api, api.newPerson("bob@example.org")))
          .contains("bob@example.org", "No calls this month", "No agents yet")
          .doesNotContain("adas-agent", "ada@", "claude-fable-5-2", "psr_");
    }
  }

  private static String page(TestApi api, TestApi.Person person) {
    Http.Answer answer = api.anonymous().get("/", "cookie", cookie(api, person));
    assertThat(answer.status()).isEqualTo(200);
    return answer.text();
  }

  private static String cookie(TestApi api, TestApi.Person person) {
    return api.anonymous()
        .get(api.signInLinks().make(person.user().id()))
        .header("set-cookie")
        .split(";", 2)[0];
  }
}
