package dev.purser.sandbox;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.encoder.BrotliOutputStream;
import com.github.luben.zstd.ZstdOutputStream;
import dev.purser.sandbox.SandboxOptions.Compression;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** A content coding. */
enum Encoding {
  GZIP("gzip"),
  BROTLI("br"),
  ZSTD("zstd");

  private final String token;

  Encoding(String token) {
    this.token = token;
  }

  /** As headers name it. */
  String token() {
    return token;
  }

  /** Null for none. */
  static @Nullable Encoding chosen(Compression compression, @Nullable String acceptEncoding) {
    return switch (compression) {
      case NEVER -> null;
      case ALLOWED -> allowed(acceptEncoding == null ? "" : acceptEncoding);
      case FORCED_GZIP -> GZIP;
      case FORCED_BROTLI -> BROTLI;
      case FORCED_ZSTD -> ZSTD;
    };
  }

  /** The first one named that is not refused. */
  private static @Nullable Encoding allowed(String acceptEncoding) {
    for (String item : acceptEncoding.toLowerCase(Locale.ROOT).split(",", -1)) {
      String named = item.replaceAll("\\s", "");
      boolean refused = named.matches(".*;q=0(\\.0*)?");
      for (Encoding encoding : values()) {
        if (!refused && (named.equals(encoding.token) || named.startsWith(encoding.token + ";"))) {
          return encoding;
        }
      }
    }
    return null;
  }

  /** What is written to it and flushed can be decoded without what follows. */
  OutputStream into(OutputStream bytes) throws IOException {
    return switch (this) {
      case GZIP -> new GZIPOutputStream(bytes, 8192, true);
      case BROTLI -> {
        Brotli4jLoader.ensureAvailability();
        yield new BrotliOutputStream(bytes);
      }
      case ZSTD -> new ZstdOutputStream(bytes);
    };
  }
}
