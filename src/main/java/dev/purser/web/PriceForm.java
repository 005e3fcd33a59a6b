package dev.purser.web;

import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Rates;
import dev.purser.text.PlainText;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A price as it is typed, in dollars for a million tokens.
 *
 * @param values what stands in the fields, by their names
 * @param errors why a field will not do, by its name
 */
public record PriceForm(Map<String, String> values, Map<String, String> errors) {
  private static final Pattern AMOUNT = Pattern.compile("[0-9]{1,9}(\\.[0-9]{0,9})?|\\.[0-9]{1,9}");
  private static final int MAX_NAME_LENGTH = 200;
  private static final String PROVIDER = "provider";
  private static final String MODEL = "model";
  private static final String FROM = "from";
  private static final String EMBEDDINGS = "embeddings";

  public PriceForm {
    values = Map.copyOf(values);
    errors = Map.copyOf(errors);
  }

  /** A field for what a million tokens of a kind cost. */
  public record Field(Kind kind, String label, boolean required) {
    public String name() {
      return kind.id();
    }
  }

  private static final List<Field> USUAL =
      List.of(
          new Field(Kind.INPUT, "Input", true),
          new Field(Kind.OUTPUT, "Output", true),
          new Field(Kind.CACHE_READ, "Cache read", false));

  private static final List<Field> WRITES =
      List.of(
          new Field(Kind.CACHE_WRITE_5M, "Cache write, 5 min", false),
          new Field(Kind.CACHE_WRITE_1H, "Cache write, 1 h", false),
          new Field(Kind.CACHE_WRITE_30M, "Cache write, 30 min", false),
          new Field(Kind.CACHE_WRITE_12H, "Cache write, 12 h", false));

  /** For a model, perhaps: {@code openai/gpt-of-tomorrow}, or only its name. */
  static PriceForm of(String model) {
    return ModelChoices.read(model)
        .flatMap(PriceForm::named)
        .orElseGet(() ->
            new PriceForm(
                model.isEmpty() || model.length() > MAX_NAME_LENGTH
                    ? Map.of()
                    : Map.of(MODEL, model),
                Map.of()));
  }

  private static Optional<PriceForm> named(ModelChoices.Choice choice) {
    Provider provider = choice.provider();
    String model = choice.model();
    return provider == null || model == null
        ? Optional.empty()
        : Optional.of(new PriceForm(Map.of(PROVIDER, provider.id(), MODEL, model), Map.of()));
  }

  /**
   * Reads and checks what was typed.
   *
   * @param typed in the field of a name; empty if nothing
   */
  static PriceForm read(UnaryOperator<String> typed) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String name : List.of(PROVIDER, MODEL, FROM, EMBEDDINGS)) {
      values.put(name, typed.apply(name));
    }
    usual().forEach(field -> values.put(field.name(), typed.apply(field.name())));
    writes().forEach(field -> values.put(field.name(), typed.apply(field.name())));
    return new PriceForm(values, Map.of()).checked();
  }

  /** Where it is asked whether this is to be saved. */
  String path() {
    return "/prices" + new CallLink(filled()).query() + "#add";
  }

  /** Where it can be changed first. */
  public String changePath() {
    Map<String, String> change = new LinkedHashMap<>(filled());
    change.put("change", "yes");
    return "/prices" + new CallLink(change).query() + "#add";
  }

  /** What was typed. */
  public Map<String, String> filled() {
    Map<String, String> filled = new TreeMap<>(values);
    filled.values().removeIf(String::isEmpty);
    return filled;
  }

  /** What was typed of the prices, with what each is called. */
  public Map<String, String> amounts() {
    Map<String, String> amounts = new LinkedHashMap<>();
    for (List<Field> fields : List.of(USUAL, WRITES)) {
      for (Field field : fields) {
        if (!value(field.name()).isEmpty()) {
          amounts.put(field.label(), "$" + value(field.name()));
        }
      }
    }
    return amounts;
  }

  public static List<Field> usual() {
    return USUAL;
  }

  public static List<Field> writes() {
    return WRITES;
  }

  public String value(String name) {
    return values.getOrDefault(name, "");
  }

  public @Nullable String error(String name) {
    return errors.get(name);
  }

  public boolean begun() {
    return values.values().stream().anyMatch(value -> !value.isEmpty());
  }

  /** Whether the fields that are folded away have to be seen. */
  public boolean unfolded() {
    return writes().stream()
            .anyMatch(field -> !value(field.name()).isEmpty() || error(field.name()) != null)
        || !value(FROM).isEmpty()
        || !value(EMBEDDINGS).isEmpty()
        || error(FROM) != null;
  }

  /** The same, with a sentence about what the fields together come to. */
  PriceForm refused(String why) {
    Map<String, String> more = new LinkedHashMap<>(errors);
    more.put(Kind.INPUT.id(), why);
    return new PriceForm(values, more);
  }

  /** Empty if something is wrong. */
  Optional<ModelPrice> price() {
    if (!errors.isEmpty()) {
      return Optional.empty();
    }
    Map<Kind, BigDecimal> usd = new EnumMap<>(Kind.class);
    for (List<Field> fields : List.of(USUAL, WRITES)) {
      for (Field field : fields) {
        if (!value(field.name()).isEmpty()) {
          usd.put(field.kind(), new BigDecimal(value(field.name())));
        }
      }
    }
    return Optional.of(
        new ModelPrice(
            Provider.ofId(value(PROVIDER)).orElseThrow(),
            value(MODEL),
            value(EMBEDDINGS).isEmpty() ? ModelPrice.Use.CHAT : ModelPrice.Use.EMBEDDINGS,
            value(FROM).isEmpty() ? LocalDate.MIN : LocalDate.parse(value(FROM)),
            null,
            null,
            Rates.ofUsdPerMillion(usd),
            null,
            Map.of(),
            List.of()));
  }

  private PriceForm checked() {
    Map<String, String> wrong = new LinkedHashMap<>();
    if (Provider.ofId(value(PROVIDER)).isEmpty()) {
      wrong.put(PROVIDER, "Choose whose model it is.");
    }
    String model = value(MODEL);
    if (model.isEmpty()
        || model.length() > MAX_NAME_LENGTH
        || model.chars().anyMatch(c -> c <= ' ')
        || !PlainText.is(model)) {
      wrong.put(
          MODEL,
          "Write the model's name as calls name it, without spaces and characters that cannot be seen.");
    }
    if (!value(FROM).isEmpty() && !isDay(value(FROM))) {
      wrong.put(FROM, "Write a day, such as 2026-12-01, or leave it empty.");
    }
    for (List<Field> fields : List.of(USUAL, WRITES)) {
      for (Field field : fields) {
        String typed = value(field.name());
        if (typed.isEmpty() ? field.required() : !AMOUNT.matcher(typed).matches()) {
          wrong.put(
              field.name(),
              typed.isEmpty()
                  ? "Write what it costs; 0 if it is free."
                  : "Write an amount in dollars, such as 3 or 0.25.");
        }
      }
    }
    return new PriceForm(values, wrong);
  }

  private static boolean isDay(String text) {
    try {
      int year = LocalDate.parse(text).getYear();
      return year >= 2000 && year <= 2999;
    } catch (DateTimeException e) {
      return false;
    }
  }
}
