package dev.purser.web;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The files that pages load. Their addresses carry a checksum, so browsers keep them for ever and
 * still never show an old one.
 */
public final class Assets {
  private static final String CSS = "text/css; charset=utf-8";
  private static final String SCRIPT = "text/javascript; charset=utf-8";
  private static final String WEBJARS = "/META-INF/resources/webjars/";

  /** Our own styles, in the order in which they override each other: one file each part. */
  private static final List<String> STYLES =
      List.of(
          "tokens",
          "ground",
          "frame",
          "card",
          "controls",
          "figures",
          "table",
          "account",
          "start",
          "usage",
          "calls",
          "prices",
          "settings",
          "budget",
          "overspend",
          "phone");

  private final Map<String, String> paths = new LinkedHashMap<>();
  private final Map<String, Asset> byPath = new LinkedHashMap<>();

  private Assets() {}

  /**
   * A file as it is served.
   *
   * @param gzipped the same, smaller
   */
  record Asset(String contentType, Buffer bytes, Buffer gzipped) {}

  static Assets load() {
    Assets assets = new Assets();
    assets.add("tabler.css", CSS, read(WEBJARS + "tabler__core/1.4.0/dist/css/tabler.min.css"));
    ByteArrayOutputStream styles = new ByteArrayOutputStream();
    STYLES.forEach(name -> styles.writeBytes(read("assets/css/" + name + ".css")));
    assets.add("purser.css", CSS, styles.toByteArray());
    assets.add("htmx.js", SCRIPT, read(WEBJARS + "htmx.org/2.0.10/dist/htmx.min.js"));
    for (String script : List.of("theme.js", "forms.js", "live.js", "calls.js", "settings.js")) {
      assets.add(script, SCRIPT, read("assets/" + script));
    }
    assets.add("favicon.svg", "image/svg+xml", read("assets/favicon.svg"));
    return assets;
  }

  /** Where a page finds this file: {@code /assets/purser.3f9a0c1b2d4e.css}. */
  public String path(String name) {
    String path = paths.get(name);
    if (path == null) {
      throw new IllegalArgumentException("no asset named " + name);
    }
    return path;
  }

  @Nullable Asset at(String path) {
    return byPath.get(path);
  }

  private void add(String name, String contentType, byte[] bytes) {
    try {
      byte[] checksum = MessageDigest.getInstance("SHA-256").digest(bytes);
      int dot = name.lastIndexOf('.');
      String path =
          "/assets/"
              + name.substring(0, dot)
              + "."
              + HexFormat.of().formatHex(checksum, 0, 6)
              + name.substring(dot);
      paths.put(name, path);
      byPath.put(path, new Asset(contentType, Buffer.buffer(bytes), Buffer.buffer(gzip(bytes))));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] read(String name) {
    try (InputStream in = Assets.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the asset " + name + " is missing");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
