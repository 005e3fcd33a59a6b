package dev.purser.web;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.ledger.Ledger;
import dev.purser.money.Money;
import dev.purser.pricing.Kind;
import dev.purser.pricing.Provider;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.RunningPurser;
import dev.purser.sandbox.Sandbox;
import dev.purser.sandbox.SandboxOptions;
import dev.purser.storage.TestDatabase;
import java.math.BigDecimal;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Every figure that is a link leads to exactly the calls that it is made of. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FiguresLeadToTheirCallsTest {
  private static final Pattern ROW = Pattern.compile("<tr>.*?</tr>", Pattern.DOTALL);
  private static final Pattern LINK =
      Pattern.compile("<a [^>]*?href=\"/calls(\\?[^\"]+)\"[^>]*>(.*?)</a>", Pattern.DOTALL);
  private static final Pattern EXACT = Pattern.compile("<data value=\"([0-9.]+)\">");
  private static final Pattern COUNT = Pattern.compile("^([0-9,]+)(?= |$)");
  private static final Pattern MAIN = Pattern.compile("<main.*?</main>", Pattern.DOTALL);

  /** Where figures stand. */
  private static final Pattern PLACE =
      Pattern.compile(
          "<td[ >].*?</td>|<p class=\"sum\">.*?</p>|<div class=\"heading\">.*?</div>",
          Pattern.DOTALL);

  private static final Pattern SUM = Pattern.compile("(?:&lt;)?\\$[0-9.,]+");

  private static final String DEAR_MODEL = "claude-opus-5-5";
  private static final String OPENAI_MODEL = "gpt-6-luna";
  private static final String DEAR_OPENAI_MODEL = "gpt-6.1-terra";

  /** Asked by another model for its advice, and used in no other way. */
  private static final String ADVISOR = "claude-sonnet-5-5";

  private static final String ADVISOR_OF_THE_UNPRICED = "claude-opus-4-8";

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-10-31T12:00:00Z"));
  private final Map<String, JsonNode> details = new HashMap<>();
  private Sandbox sandbox;
  private RunningPurser purser;
  private Story story;
  private String session;
  private String indexId;

  /**
   * Two agents, two providers and two models of each with a price, on the last day of a month and
   * the first two of the next, no two calls of the same cost: so that each part of a filter
   * matters.
   */
  @BeforeAll
  void start() {
    sandbox = Sandbox.start(SandboxOptions.instant());
    purser =
        RunningPurser.start(
            TestDatabase.Kind.SQLITE,
            Map.of(
                "PURSER_ANTHROPIC_URL", sandbox.url(Provider.ANTHROPIC).toString(),
                "PURSER_OPENAI_URL", sandbox.url(Provider.OPENAI).toString()),
            now::get);
    Person person = purser.newPerson().withProviderKeys();
    indexId = person.agent("search-index");
    Http index = new Http(person.url(), person.virtualKey(indexId).secret());
    message(person, index, Story.PRICED_MODEL, 11);
    chat(person, index, OPENAI_MODEL, 23);
    now.updateAndGet(at -> at.plus(Duration.ofDays(1)));
    story = Story.of(person);
    chat(person, story.caller(), OPENAI_MODEL, 31);
    chat(person, index, DEAR_OPENAI_MODEL, 43);
    message(person, index, DEAR_MODEL, 59);
    now.updateAndGet(at -> at.plus(Duration.ofDays(1)));
    message(person, story.caller(), DEAR_MODEL, 71);
    message(person, index, Story.PRICED_MODEL, 83);
    chat(person, index, OPENAI_MODEL, 97);
    chat(person, story.caller(), DEAR_OPENAI_MODEL, 109);
    advised(person, story.caller(), Story.PRICED_MODEL, ADVISOR);
    advised(person, story.caller(), Story.UNPRICED_MODEL, ADVISOR_OF_THE_UNPRICED);
    session = purser.sessionCookie(person);
    person.settings("{\"monthlyBudgetCents\":5000,\"budgetMode\":\"stop\"}");
  }

  private static void message(Person person, Http caller, String model, int tokens) {
    Story.ended(person, Story.message(caller, model, "sandbox:tokens=" + tokens));
  }

  private static void chat(Person person, Http caller, String model, int tokens) {
    Story.ended(
        person,
        caller.post("/v1/chat/completions", Story.body(model, "sandbox:tokens=" + tokens, false)));
  }

  /** A call with lines of two models. */
  private static void advised(Person person, Http caller, String model, String advisor) {
    String tools =
        "{\"tools\":[{\"type\":\"advisor_20260301\",\"name\":\"advisor\",\"model\":\"%s\"}],"
            .formatted(advisor);
    String body = Story.body(model, "sandbox:tokens=127", false).replaceFirst("\\{", tools);
    Story.ended(person, caller.post("/v1/messages", body));
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

  private static final Map<String, String> KIND_IDS =
      Arrays.stream(Kind.values()).collect(toMap(KindNames::of, Kind::id));

  /**
   * A link's figures.
   *
   * @param head how its row begins; empty outside of rows
   * @param column which of a row's figures without words it is: requests, then tokens
   */
  private record Link(String query, String words, String head, int column) {}

  /** The calls of a list, read from its file. */
  private record Listed(List<String> head, List<List<String>> calls) {
    List<String> column(String name) {
      return calls.stream().map(call -> call.get(head.indexOf(name))).toList();
    }

    static Listed of(String csv) {
      List<List<String>> lines =
          csv.replace("\ufeff", "")
              .lines()
              .map(line -> Arrays.asList(line.split(",", -1)))
              .toList();
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
    Http.Answer answer = new Http(purser.url(), null).get(path, "cookie", session);
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
      String words = link.group(2).replaceAll("</?(span|svg|rect)[^>]*>", "").strip();
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
        "/usage?month=2026-10",
        "/settings",
        "/agents",
        "/agents/{agent}",
        "/agents/{index}"
      })
  void everyFigureIsTheSumOfTheCallsThatItsLinkLists(String path) {
    String page = page(path);
    List<Link> links = links(page);
    assertThat(links).hasSizeGreaterThan(1);
    for (Link link : links) {
      Listed listed = Listed.of(get("/calls.csv" + link.query()));
      String where = path + ": " + link;
      String model = model(link.query());
      assertThat(listed.calls()).as(where).isNotEmpty();
      Matcher count = COUNT.matcher(link.words());
      if (count.find()) {
        String kind = KINDS.get(link.head());
        BigDecimal counted =
            kind != null
                ? listed.sum(kind)
                : model != null
                    ? ofModel(listed, model, link)
                    : switch (link.column()) {
                      case 0 -> BigDecimal.valueOf(listed.calls().size());
                      case 1 ->
                          listed.sum("input_tokens", "cache_read_tokens", "cache_write_tokens");
                      default -> listed.sum("output_tokens");
                    };
        assertThat(number(count.group(1))).as(where).isEqualByComparingTo(counted);
      }
      Matcher exact = EXACT.matcher(link.words());
      Matcher rounded = SUM.matcher(link.words());
      if (exact.find()) {
        String column = link.query().contains("hold=doubt") ? "doubt_usd" : "cost_usd";
        assertThat(number(exact.group(1)))
            .as(where)
            .isEqualByComparingTo(
                KIND_IDS.containsKey(link.head())
                    ? costOf(listed, KIND_IDS.get(link.head()))
                    : model == null ? listed.sum(column) : cost(listed, model));
      } else if (rounded.find()) {
        long nanos = listed.sum("cost_usd").movePointRight(9).longValueExact();
        assertThat(rounded.group().replace("&lt;", "<"))
            .as(where)
            .isEqualTo(Figures.sum(new Money(nanos)));
      }
    }
  }

  private String page(String path) {
    return get(path.replace("{agent}", story.agentId()).replace("{index}", indexId));
  }

  private static @Nullable String model(String query) {
    Matcher model = Pattern.compile("[?&]model=([^&]+)").matcher(query);
    return model.find() ? URLDecoder.decode(model.group(1), StandardCharsets.UTF_8) : null;
  }

  /** As tables name it. */
  private static String named(String model) {
    return model.equals(Story.UNPRICED_MODEL) ? Ledger.UNKNOWN_MODEL : model;
  }

  /** Of a model that took part in these calls, the requests that it answered, or its tokens. */
  private BigDecimal ofModel(Listed listed, String model, Link link) {
    return switch (link.column()) {
      case 0 ->
          BigDecimal.valueOf(
              link.words().endsWith("unpriced")
                  ? listed.calls().size()
                  : listed.column("model").stream()
                      .filter(name -> named(name).equals(model))
                      .count());
      case 1 -> tokens(listed, model, kind -> !kind.equals("output"));
      default -> tokens(listed, model, "output"::equals);
    };
  }

  private BigDecimal tokens(Listed listed, String model, Predicate<String> kinds) {
    return lines(listed, model)
        .filter(line -> kinds.test(line.path("kind").asString()))
        .map(line -> line.path("quantity").asDecimal())
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  /** A call without a price is in no sum, whatever of it has one. */
  private BigDecimal cost(Listed listed, String model) {
    return cost(lines(priced(listed), model));
  }

  private BigDecimal costOf(Listed listed, String kind) {
    return cost(lines(priced(listed)).filter(line -> line.path("kind").asString().equals(kind)));
  }

  private static BigDecimal cost(Stream<JsonNode> lines) {
    return lines
        .map(line -> line.path("costCents").asDecimal().movePointLeft(2))
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private static Listed priced(Listed listed) {
    return new Listed(
        listed.head(),
        listed.calls().stream()
            .filter(call -> !call.get(listed.head().indexOf("cost_usd")).isEmpty())
            .toList());
  }

  private Stream<JsonNode> lines(Listed listed, String model) {
    return lines(listed).filter(line -> named(line.path("model").asString()).equals(model));
  }

  private Stream<JsonNode> lines(Listed listed) {
    return listed.column("id").stream()
        .map(id -> details.computeIfAbsent(id, story.person()::call))
        .flatMap(call -> call.path("lines").valueStream());
  }

  /** The rest needs no list of calls: what is projected, what caches saved, nothing at all. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/usage",
        "/usage?by=provider",
        "/usage?by=agent",
        "/settings",
        "/agents",
        "/agents/{agent}",
        "/agents/{index}"
      })
  void everyFigureIsALink(String path) {
    Matcher main = MAIN.matcher(page(path));
    assertThat(main.find()).isTrue();
    List<String> places = PLACE.matcher(main.group()).results().map(MatchResult::group).toList();
    assertThat(places).as(path).isNotEmpty();
    for (String place : places) {
      String unlinked = LINK.matcher(place).replaceAll("").replace("<data value=\"0\">", "");
      assertThat(unlinked).as(path + ": " + place).doesNotContain("<data ");
      assertThat(unlinked.replaceAll("<[^>]*>", " ").strip())
          .as(path + ": " + place)
          .doesNotMatch("[0-9][0-9,.]*");
    }
    assertThat(places.stream().filter(place -> LINK.matcher(place).find())).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/usage", "/settings"})
  void whatAModelUsedInCallsOfOthersLeadsToThem(String path) {
    List<String> rows = ROW.matcher(page(path)).results().map(MatchResult::group).toList();
    assertThat(rows)
        .filteredOn(row -> row.contains(">" + ADVISOR + "<"))
        .last(InstanceOfAssertFactories.STRING)
        .containsSubsequence(">0</a>", ">2,500</a>", ">18</a>", "<data value=\"0.00518\">");
    assertThat(rows)
        .filteredOn(row -> row.contains(">" + ADVISOR_OF_THE_UNPRICED + "<"))
        .singleElement(InstanceOfAssertFactories.STRING)
        .containsSubsequence(">0</a>", ">2,500</a>", ">18</a>", "priced=no", ">unpriced</a>")
        .doesNotContain("<data", "$0");
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
                + " href=\"/calls\\?[^\"]*priced=no[^\"]*\">2 unpriced calls</a>");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/usage", "/settings", "/agents"})
  void thePartsOfTheLineOfTrustAddUpToItsWhole(String path) {
    String page = get(path);
    assertThat(page)
        .contains(
            ">13 calls</a>", ">11 reported</a>", ">1 estimated (≈ ", ">1 with nothing to pay</a>")
        .contains(">2 unpriced, not in the total</a>");
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
