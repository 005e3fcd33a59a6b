package dev.purser.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.money.Money;
import dev.purser.pricing.Kind;
import dev.purser.pricing.Provider;
import dev.purser.running.Http;
import dev.purser.running.RunningPurser;
import dev.purser.sandbox.Sandbox;
import dev.purser.sandbox.SandboxOptions;
import dev.purser.storage.TestDatabase;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every figure that is a link leads to exactly the calls that it is made of. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FiguresLeadToTheirCallsTest {
  private static final Pattern ROW = Pattern.compile("<tr>.*?</tr>", Pattern.DOTALL);
  private static final Pattern LINK =
      Pattern.compile("<a [^>]*?href=\"/calls(\\?[^\"]+)\"[^>]*>(.*?)</a>", Pattern.DOTALL);
  private static final Pattern EXACT = Pattern.compile("<data value=\"([0-9.]+)\">");
  private static final Pattern COUNT = Pattern.compile("^([0-9,]+)(?= |$)");
  private static final Pattern SUM = Pattern.compile("(?:&lt;)?\\$[0-9.,]+");

  private Sandbox sandbox;
  private RunningPurser purser;
  private Story story;

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
    story.person().settings("{\"monthlyBudgetCents\":5000,\"budgetMode\":\"stop\"}");
  }

  @AfterAll
  void stop() {
    purser.close();
    sandbox.close();
  }

  private static final Pattern HEAD = Pattern.compile("<th scope=\"row\">\\s*([^<]*)");

  /** In the file of calls the kinds of writing share a column; the story writes none. */
  private static final Map<String, String> KINDS =
      Map.of(
          KindNames.of(Kind.INPUT), "input_tokens",
          KindNames.of(Kind.CACHE_READ), "cache_read_tokens",
          KindNames.of(Kind.OUTPUT), "output_tokens",
          KindNames.of(Kind.WEB_SEARCH), "web_searches");

  /**
   * A link's figures.
   *
   * @param head how its row begins; empty outside of rows
   * @param column which of a row's figures without words it is: requests, then tokens
   */
  private record Link(String query, String words, String head, int column) {}

  /** The calls of a list, read from its file. */
  private record Listed(List<String> head, List<List<String>> calls) {
    static Listed of(String csv) {
      List<List<String>> lines =
          csv.lines().map(line -> Arrays.asList(line.split(",", -1))).toList();
      return new Listed(lines.getFirst(), lines.subList(1, lines.size()));
    }

    BigDecimal sum(String... columns) {
      BigDecimal sum = BigDecimal.ZERO;
      for (List<String> call : calls) {
        for (String column : columns) {
          String cell = call.get(head.indexOf(column));
          sum = sum.add(cell.isEmpty() ? BigDecimal.ZERO : new BigDecimal(cell));
        }
      }
      return sum;
    }
  }

  private String get(String path) {
    Http.Answer answer =
        new Http(purser.url(), null).get(path, "cookie", purser.sessionCookie(story.person()));
    assertThat(answer.status()).as(path).isEqualTo(200);
    return answer.text();
  }

  private static List<Link> links(String page) {
    List<Link> links = new ArrayList<>();
    Matcher row = ROW.matcher(page);
    int end = 0;
    while (row.find()) {
      add(page.substring(end, row.start()), false, links);
      add(row.group(), true, links);
      end = row.end();
    }
    add(page.substring(end), false, links);
    return links;
  }

  private static void add(String part, boolean row, List<Link> links) {
    Matcher link = LINK.matcher(part);
    Matcher head = HEAD.matcher(part);
    String name = row && head.find() ? head.group(1).strip() : "";
    int column = 0;
    while (link.find()) {
      String words = link.group(2).strip();
      boolean bare = words.matches("[0-9,]+");
      links.add(new Link(link.group(1).replace("&amp;", "&"), words, name, bare ? column : 0));
      column += row && bare ? 1 : 0;
    }
  }

  private static BigDecimal number(String figure) {
    return new BigDecimal(figure.replace(",", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/usage",
        "/usage?by=provider",
        "/usage?by=agent",
        "/settings",
        "/agents",
        "/agents/{agent}"
      })
  void everyFigureIsTheSumOfTheCallsThatItsLinkLists(String path) {
    String page = get(path.replace("{agent}", story.agentId()));
    List<Link> links = links(page);
    assertThat(links).hasSizeGreaterThan(1);
    for (Link link : links) {
      Listed listed = Listed.of(get("/calls.csv" + link.query()));
      String where = path + ": " + link;
      assertThat(listed.calls()).as(where).isNotEmpty();
      Matcher count = COUNT.matcher(link.words());
      if (count.find()) {
        String kind = KINDS.get(link.head());
        BigDecimal counted =
            kind != null
                ? listed.sum(kind)
                : switch (link.column()) {
                  case 0 -> BigDecimal.valueOf(listed.calls().size());
                  case 1 -> listed.sum("input_tokens", "cache_read_tokens", "cache_write_tokens");
                  default -> listed.sum("output_tokens");
                };
        assertThat(number(count.group(1))).as(where).isEqualByComparingTo(counted);
      }
      Matcher exact = EXACT.matcher(link.words());
      Matcher rounded = SUM.matcher(link.words());
      if (exact.find()) {
        String column = link.query().contains("hold=doubt") ? "doubt_usd" : "cost_usd";
        assertThat(number(exact.group(1))).as(where).isEqualByComparingTo(listed.sum(column));
      } else if (rounded.find()) {
        long nanos = listed.sum("cost_usd").movePointRight(9).longValueExact();
        assertThat(rounded.group().replace("&lt;", "<"))
            .as(where)
            .isEqualTo(Figures.sum(new Money(nanos)));
      }
    }
  }

  @Test
  void aDayHasTheCostsOfItsModelsAndTheyLeadToTheirCalls() {
    String page = get("/usage");
    String table = page.substring(page.indexOf("Days as a table"), page.indexOf("Days as CSV"));
    assertThat(table).contains("<th scope=\"col\" class=\"right part\">" + Story.PRICED_MODEL);
    assertThat(links(table))
        .anySatisfy(link -> {
          assertThat(link.query()).contains("model=" + Story.PRICED_MODEL, "provider=anthropic");
          assertThat(link.words()).startsWith("<data");
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"/usage", "/settings"})
  void whatTheBudgetCountsForUnpricedCallsIsSaidBesideThem(String path) {
    assertThat(get(path))
        .containsPattern(
            "<data value=\"[0-9.]+\">\\S+</data> of it for <a class=\"unpriced\""
                + " href=\"/calls\\?[^\"]*priced=no[^\"]*\">1 unpriced call</a>");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/usage", "/settings", "/agents"})
  void thePartsOfTheLineOfTrustAddUpToItsWhole(String path) {
    String page = get(path);
    assertThat(page)
        .contains(
            ">4 calls</a>", ">2 reported</a>", ">1 estimated (≈ ", ">1 with nothing to pay</a>")
        .contains(">1 unpriced, not in the total</a>");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/usage", "/settings"})
  void modelsThatNobodyKnowsLeadToWhatHasNoPrice(String path) {
    assertThat(get(path))
        .contains("Models without a price", "href=\"/prices#unpriced\"")
        .doesNotContain("(unknown)<", "/prices?q=(", "/prices?q=%28");
    assertThat(get("/prices")).contains("id=\"unpriced\"", Story.UNPRICED_MODEL);
  }
}
