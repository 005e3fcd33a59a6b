package dev.purser.web;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files that pages load. Their addresses carry a checksum, so browsers keep them for ever and
 * still never show an old one.
 */
public final class Assets {
  private static final Map<String, String> CONTENT_TYPES =
      Map.of("purser.css", "text/css; charset=utf-8", "favicon.svg", "image/svg+xml");

  private final Map<String, String> paths = new LinkedHashMap<>();
  private final Map<String, Asset> byPath = new LinkedHashMap<>();

  private Assets() {}

  /** A file as it is served. */
  record Asset(String contentType, Buffer bytes) {}

  static Assets load() {
    Assets assets = new Assets();
    CONTENT_TYPES.forEach(assets::add);
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

  private void add(String name, String contentType) {
    try (InputStream in = Assets.class.getResourceAsStream("assets/" + name)) {
      if (in == null) {
        throw new IllegalStateException("the asset " + name + " is missing");
      }
      byte[] bytes = in.readAllBytes();
      byte[] checksum = MessageDigest.getInstance("SHA-256").digest(bytes);
      int dot = name.lastIndexOf('.');
      String path =
          "/assets/"
              + name.substring(0, dot)
              + "."
              + HexFormat.of().formatHex(checksum, 0, 6)
              + name.substring(dot);
      paths.put(name, path);
      byPath.put(path, new Asset(contentType, Buffer.buffer(bytes)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
