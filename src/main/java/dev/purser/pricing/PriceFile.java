package dev.purser.pricing;

import dev.purser.pricing.ModelPrice.LongContext;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The form in which prices are written; the head of {@code prices.tsv} describes it. */
final class PriceFile {
  private static final String SHIPPED = "prices.tsv";
  private static final String SUGGESTED = "suggested";
  private static final String NOTHING = "-";
  private static final String AS_INPUT = "input";
  private static final List<String> COLUMNS =
      List.of(
          "provider",
          "model",
          "use",
          "from",
          "context",
          "max_output",
          "input",
          "cache_read",
          "cache_write_5m",
          "cache_write_1h",
          "cache_write_30m",
          "cache_write_12h",
          "output",
          "web_search",
          "long_context",
          "factors",
          "aliases");

  /** USD per million tokens, as pico-dollars per token: a million millionths of a millionth. */
  private static final int TOKEN_DIGITS = 6;

  /** USD per thousand requests, as pico-dollars per request. */
  private static final int REQUEST_DIGITS = 9;

  private static final Pattern WEB_SEARCH =
      Pattern.compile("(?<all>[^ ]+)(?: chat (?<low>[^ /]+)/(?<medium>[^ /]+)/(?<high>[^ /]+))?");
  private static final Pattern LONG_CONTEXT = Pattern.compile(">(\\d+) x(\\S+) x(\\S+)");
  private static final int MAX_NAME_LENGTH = 200;

  private PriceFile() {}

  /**
   * What a file holds.
   *
   * @param suggested of each provider at most one model, which is among the prices
   */
  record Contents(String version, Map<Provider, String> suggested, List<ModelPrice> prices) {}

  static Contents shipped() {
    InputStream resource = PriceFile.class.getResourceAsStream(SHIPPED);
    if (resource == null) {
      throw new IllegalStateException("the price list is missing from the program: " + SHIPPED);
    }
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8))) {
      return parse(reader.lines().toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads a whole file; throws an {@code IllegalArgumentException} naming the line. */
  static Contents parse(List<String> lines) {
    String version = null;
    boolean header = false;
    Map<Provider, String> suggested = new EnumMap<>(Provider.class);
    List<ModelPrice> prices = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      List<String> cells = cells(line);
      if (version == null) {
        if (cells.size() != 2 || !cells.getFirst().equals("version")) {
          throw new IllegalArgumentException("line " + (i + 1) + ": the version comes first");
        }
        version = cells.getLast();
      } else if (!header && cells.size() == 3 && cells.getFirst().equals(SUGGESTED)) {
        suggested.put(provider(cells.get(1)), cells.getLast());
      } else if (!header) {
        if (!cells.equals(COLUMNS)) {
          throw new IllegalArgumentException("line " + (i + 1) + ": other columns than " + COLUMNS);
        }
        header = true;
      } else {
        try {
          prices.add(parseLine(line));
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException("line " + (i + 1) + ": " + e.getMessage(), e);
        }
      }
    }
    if (version == null || prices.isEmpty()) {
      throw new IllegalArgumentException("a price list without a version or without prices");
    }
    suggested.forEach((provider, model) -> {
      if (prices.stream().noneMatch(price -> isFor(price, provider, model))) {
        throw new IllegalArgumentException("no model for chat has the suggested name " + model);
      }
    });
    return new Contents(version, Map.copyOf(suggested), List.copyOf(prices));
  }

  private static boolean isFor(ModelPrice price, Provider provider, String model) {
    return price.provider() == provider
        && price.model().equals(model)
        && price.use() == ModelPrice.Use.CHAT;
  }

  static ModelPrice parseLine(String line) {
    List<String> cells = cells(line);
    if (cells.size() != COLUMNS.size()) {
      throw new IllegalArgumentException(
          cells.size() + " cells instead of the " + COLUMNS.size() + ": " + COLUMNS);
    }
    ModelPrice price =
        new ModelPrice(
            provider(cell(cells, "provider")),
            name(cell(cells, "model")),
            use(cell(cells, "use")),
            from(cell(cells, "from")),
            tokens(cell(cells, "context")),
            tokens(cell(cells, "max_output")),
            rates(cells),
            searches(webSearch(cells)),
            longContext(cell(cells, "long_context")),
            factors(cell(cells, "factors")),
            list(cell(cells, "aliases")).map(PriceFile::name).toList());
    // Whatever the terms of a call, its price must be a whole number of pico-dollars.
    Rates unused = price.dearest();
    if (unused.picos(Kind.INPUT).isEmpty() || unused.picos(Kind.OUTPUT).isEmpty()) {
      throw new IllegalArgumentException("a model has a price for input and for output");
    }
    return price;
  }

  /** The line that {@link #parseLine} reads as this price. */
  static String line(ModelPrice price) {
    List<String> cells = new ArrayList<>();
    cells.add(price.provider().id());
    cells.add(price.model());
    cells.add(price.use().name().toLowerCase(Locale.ROOT));
    cells.add(price.from().equals(LocalDate.MIN) ? NOTHING : price.from().toString());
    cells.add(price.contextTokens() == null ? NOTHING : price.contextTokens().toString());
    cells.add(price.outputTokens() == null ? NOTHING : price.outputTokens().toString());
    for (Kind kind : Kind.values()) {
      Long picos = price.list().unitPicos().get(kind);
      String cell = picos == null ? NOTHING : Rates.usd(picos, digits(kind)).toPlainString();
      cells.add(kind == Kind.WEB_SEARCH ? cell + chatSearches(price) : cell);
    }
    LongContext over = price.longContext();
    cells.add(
        over == null
            ? NOTHING
            : ">" + over.overTokens() + " x" + over.prompt() + " x" + over.output());
    cells.add(
        orNothing(
            price.factors().entrySet().stream()
                .map(entry -> entry.getKey().id() + " " + entry.getValue())
                .toList()));
    cells.add(orNothing(price.aliases()));
    return String.join("\t", cells);
  }

  private static String chatSearches(ModelPrice price) {
    return price.searches().isEmpty()
        ? ""
        : price.searches().values().stream()
            .map(picos -> Rates.usd(picos, REQUEST_DIGITS).toPlainString())
            .collect(Collectors.joining("/", " chat ", ""));
  }

  private static int digits(Kind kind) {
    return kind == Kind.WEB_SEARCH ? REQUEST_DIGITS : TOKEN_DIGITS;
  }

  private static Rates rates(List<String> cells) {
    Map<Kind, Long> picos = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      String cell =
          kind == Kind.WEB_SEARCH ? webSearch(cells).group("all") : cell(cells, kind.id());
      if (cell.equals(NOTHING)) {
        continue;
      }
      boolean asInput = cell.equals(AS_INPUT) && kind != Kind.INPUT && kind != Kind.WEB_SEARCH;
      picos.put(
          kind, Rates.picos(decimal(asInput ? cell(cells, Kind.INPUT.id()) : cell), digits(kind)));
    }
    return new Rates(picos);
  }

  private static Matcher webSearch(List<String> cells) {
    String cell = cell(cells, Kind.WEB_SEARCH.id());
    Matcher matcher = WEB_SEARCH.matcher(cell);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "web_search reads like \"10\" or \"10 chat 30/35/50\", not \"" + cell + "\"");
    }
    return matcher;
  }

  private static Map<SearchContext, Long> searches(Matcher webSearch) {
    Map<SearchContext, Long> picos = new EnumMap<>(SearchContext.class);
    for (SearchContext context : SearchContext.values()) {
      String price = webSearch.group(context.id());
      if (price != null) {
        picos.put(context, Rates.picos(decimal(price), REQUEST_DIGITS));
      }
    }
    return picos;
  }

  private static BigDecimal decimal(String cell) {
    try {
      return new BigDecimal(cell);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("\"" + cell + "\" is not a price", e);
    }
  }

  private static @Nullable LongContext longContext(String cell) {
    if (cell.equals(NOTHING)) {
      return null;
    }
    Matcher matcher = LONG_CONTEXT.matcher(cell);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "long_context reads like \">272000 x2 x1.5\", not \"" + cell + "\"");
    }
    return new LongContext(
        Long.parseLong(matcher.group(1)),
        Factor.parse(matcher.group(2)),
        Factor.parse(matcher.group(3)));
  }

  private static Map<Condition, Factor> factors(String cell) {
    Map<Condition, Factor> factors = new EnumMap<>(Condition.class);
    list(cell)
        .forEach(factor -> {
          int space = factor.indexOf(' ');
          if (space < 0) {
            throw new IllegalArgumentException(
                "factors read like \"batch 0.5, priority 2\", not \"" + cell + "\"");
          }
          factors.put(
              Condition.ofId(factor.substring(0, space)),
              Factor.parse(factor.substring(space + 1).strip()));
        });
    return factors;
  }

  private static Provider provider(String cell) {
    return Provider.ofId(cell)
        .orElseThrow(
            () -> new IllegalArgumentException("there is no provider named \"" + cell + "\""));
  }

  private static ModelPrice.Use use(String cell) {
    for (ModelPrice.Use use : ModelPrice.Use.values()) {
      if (use.name().toLowerCase(Locale.ROOT).equals(cell)) {
        return use;
      }
    }
    throw new IllegalArgumentException("a model is for chat or embeddings, not \"" + cell + "\"");
  }

  private static LocalDate from(String cell) {
    try {
      return cell.equals(NOTHING) ? LocalDate.MIN : LocalDate.parse(cell);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("\"" + cell + "\" is not a day like 2026-11-22", e);
    }
  }

  private static @Nullable Long tokens(String cell) {
    return cell.equals(NOTHING) ? null : Long.valueOf(cell);
  }

  private static String name(String cell) {
    if (cell.equals(NOTHING) || cell.isEmpty() || cell.length() > MAX_NAME_LENGTH) {
      throw new IllegalArgumentException(
          "a model's name has 1 to " + MAX_NAME_LENGTH + " characters");
    }
    return cell;
  }

  private static Stream<String> list(String cell) {
    return cell.equals(NOTHING) ? Stream.of() : Stream.of(cell.split(",", -1)).map(String::strip);
  }

  private static String orNothing(List<String> parts) {
    return parts.isEmpty() ? NOTHING : String.join(", ", parts);
  }

  private static String cell(List<String> cells, String column) {
    return cells.get(COLUMNS.indexOf(column));
  }

  private static List<String> cells(String line) {
    return Stream.of(line.split("\t", -1)).map(String::strip).toList();
  }
}
