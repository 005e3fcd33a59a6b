package dev.purser.providers;

import dev.purser.providers.RequestFields.Field;
import dev.purser.wire.Splice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request to a provider's token counter, of which Purser reads the model alone. */
public final class CountRequest {
  private static final String MODEL = "model";
  private static final RequestScan SCAN = new RequestScan(MODEL);

  private final RequestFields fields;
  private final @Nullable String model;

  private CountRequest(RequestFields fields) throws BadRequest {
    this.fields = fields;
    this.model = fields.name(MODEL);
  }

  /** What came of reading a body. */
  public sealed interface Reading {
    record Accepted(CountRequest request) implements Reading {}

    record Malformed(CallError error) implements Reading {}
  }

  /** Reads a body in time proportional to its length. */
  public static Reading read(byte[] body) {
    try {
      return new Reading.Accepted(new CountRequest(SCAN.read(body)));
    } catch (BadRequest malformed) {
      return new Reading.Malformed(malformed.error());
    }
  }

  /** As the caller wrote it; null if it named none. */
  public @Nullable String model() {
    return model;
  }

  /** As it came. */
  public byte[] body() {
    return fields.body();
  }

  /** The body to send: the caller's bytes, with the model's name spliced in where it differs. */
  public byte[] bodyFor(String sentModel) {
    if (sentModel.equals(model)) {
      return fields.body();
    }
    String name = Json.string(sentModel);
    Field written = fields.find(MODEL);
    if (written != null) {
      return Splice.apply(fields.body(), List.of(new Splice(written.start(), written.end(), name)));
    }
    int start = fields.start();
    String comma = fields.emptyAfter(start) ? "" : ",";
    return Splice.apply(
        fields.body(), List.of(new Splice(start, start, "\"model\":" + name + comma)));
  }
}
