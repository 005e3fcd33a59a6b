package dev.purser.gateway;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.decoder.DecoderJNI;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Undoes a content encoding, piece by piece, and gives up on what decodes to more than a limit. Not
 * thread-safe: one answer, one decoding. Closed when the answer is over.
 */
abstract sealed class Decoding implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final long limitBytes;
  private long decodedBytes;

  private Decoding(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /** The bytes cannot be decoded, or are more than the limit. */
  static final class Undecodable extends Exception {
    Undecodable(String message) {
      super(message);
    }
  }

  /**
   * Null for an encoding that Purser cannot undo.
   *
   * @param limitBytes the most that may come out
   */
  static @Nullable Decoding of(String contentEncoding, long limitBytes) {
    return switch (contentEncoding.strip().toLowerCase(Locale.ROOT)) {
      case "gzip", "x-gzip" -> new Deflated(limitBytes, true);
      case "deflate" -> new Deflated(limitBytes, false);
      case "br" -> Brotli4jLoader.isAvailable() ? new Brotli(limitBytes) : null;
      case "zstd" -> new Zstd(limitBytes);
      default -> null;
    };
  }

  /** What the next bytes decode to, as far as they do. */
  final byte[] decode(byte[] encoded) throws Undecodable {
    ByteArrayOutputStream decoded = new ByteArrayOutputStream(4 * encoded.length);
    decode(encoded, decoded);
    return decoded.toByteArray();
  }

  abstract void decode(byte[] encoded, ByteArrayOutputStream into) throws Undecodable;

  @Override
  public abstract void close();

  final void count(int bytes) throws Undecodable {
    decodedBytes += bytes;
    if (decodedBytes > limitBytes) {
      throw new Undecodable("decodes to more than " + limitBytes + " bytes");
    }
  }

  /**
   * Deflate, in gzip's wrapping (RFC 1952, which may wrap several pieces one after another) or in
   * zlib's (RFC 1950), or bare as some servers do.
   */
  private static final class Deflated extends Decoding {
    private static final int GZIP_TRAILER_BYTES = 8;
    private static final int NOT_WHOLE = -1;

    private enum Part {
      HEADER,
      DATA,
      TRAILER,
      /** Whatever follows is no part of it. */
      OVER
    }

    private final boolean gzip;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private Part part = Part.HEADER;

    /** The beginning of a header or trailer of which the rest is still to come. */
    private byte[] begun = {};

    private @Nullable Inflater inflater;

    Deflated(long limitBytes, boolean gzip) {
      super(limitBytes);
      this.gzip = gzip;
    }

    @Override
    void decode(byte[] encoded, ByteArrayOutputStream into) throws Undecodable {
      byte[] bytes = encoded;
      if (begun.length > 0) {
        bytes = Arrays.copyOf(begun, begun.length + encoded.length);
        System.arraycopy(encoded, 0, bytes, begun.length, encoded.length);
        begun = new byte[0];
      }
      int at = 0;
      while (at < bytes.length) {
        int next =
            switch (part) {
              case HEADER -> gzip ? gzipHeader(bytes, at) : zlibHeader(bytes, at);
              case DATA -> inflate(bytes, at, into);
              case TRAILER -> trailer(bytes, at);
              case OVER -> bytes.length;
            };
        if (next == NOT_WHOLE) {
          begun = Arrays.copyOfRange(bytes, at, bytes.length);
          if (begun.length > BUFFER_BYTES) {
            throw new Undecodable("an endless gzip header");
          }
          return;
        }
        at = next;
      }
    }

    private int zlibHeader(byte[] bytes, int at) {
      if (bytes.length - at < 2) {
        return NOT_WHOLE;
      }
      int header = ((bytes[at] & 0xff) << 8) | (bytes[at + 1] & 0xff);
      boolean zlib = (bytes[at] & 0x0f) == 8 && header % 31 == 0;
      inflater = new Inflater(!zlib);
      part = Part.DATA;
      return at;
    }

    private int gzipHeader(byte[] bytes, int from) throws Undecodable {
      if (bytes.length - from < 10) {
        return NOT_WHOLE;
      }
      if ((bytes[from] & 0xff) != 0x1f
          || (bytes[from + 1] & 0xff) != 0x8b
          || bytes[from + 2] != 8) {
        if (inflater == null) {
          throw new Undecodable("not gzip");
        }
        part = Part.OVER;
        return bytes.length;
      }
      int end = afterGzipHeader(bytes, from);
      if (end > bytes.length) {
        return NOT_WHOLE;
      }
      if (inflater == null) {
        inflater = new Inflater(true);
      } else {
        inflater.reset();
      }
      part = Part.DATA;
      return end;
    }

    /** Where the deflated bytes begin; beyond the end while the header is not whole. */
    private static int afterGzipHeader(byte[] bytes, int from) {
      int flags = bytes[from + 3];
      int at = from + 10;
      if ((flags & 4) != 0) {
        if (bytes.length < at + 2) {
          return at + 2;
        }
        at += 2 + (bytes[at] & 0xff) + ((bytes[at + 1] & 0xff) << 8);
      }
      for (int texts = Integer.bitCount(flags & 0x18); texts > 0; texts--) {
        while (at < bytes.length && bytes[at] != 0) {
          at++;
        }
        at++;
      }
      return (flags & 2) != 0 ? at + 2 : at;
    }

    private int inflate(byte[] bytes, int from, ByteArrayOutputStream into) throws Undecodable {
      Inflater opened = Objects.requireNonNull(inflater);
      opened.setInput(bytes, from, bytes.length - from);
      try {
        while (!opened.finished()) {
          int length = opened.inflate(buffer);
          if (length == 0 && !opened.finished()) {
            return bytes.length;
          }
          count(length);
          into.write(buffer, 0, length);
        }
      } catch (DataFormatException e) {
        throw new Undecodable("not deflated: " + e.getMessage());
      }
      part = gzip ? Part.TRAILER : Part.OVER;
      return bytes.length - opened.getRemaining();
    }

    /** The trailer is the bytes' checksum and number, which their transport has checked already. */
    private int trailer(byte[] bytes, int at) {
      if (bytes.length - at < GZIP_TRAILER_BYTES) {
        return NOT_WHOLE;
      }
      part = Part.HEADER;
      return at + GZIP_TRAILER_BYTES;
    }

    @Override
    public void close() {
      if (inflater != null) {
        inflater.end();
      }
    }
  }

  /** Brotli (RFC 7932). */
  private static final class Brotli extends Decoding {
    private final DecoderJNI.Wrapper decoder;

    Brotli(long limitBytes) {
      super(limitBytes);
      try {
        decoder = new DecoderJNI.Wrapper(BUFFER_BYTES);
      } catch (IOException e) {
        throw new IllegalStateException("the brotli decoder does not start", e);
      }
    }

    @Override
    void decode(byte[] encoded, ByteArrayOutputStream into) throws Undecodable {
      int at = 0;
      while (true) {
        switch (decoder.getStatus()) {
          case DONE -> {
            return;
          }
          case OK -> decoder.push(0);
          case NEEDS_MORE_OUTPUT -> pull(into);
          case NEEDS_MORE_INPUT -> {
            if (decoder.hasOutput()) {
              pull(into);
            }
            if (at == encoded.length) {
              return;
            }
            ByteBuffer input = decoder.getInputBuffer();
            input.clear();
            int length = Math.min(encoded.length - at, input.remaining());
            input.put(encoded, at, length);
            at += length;
            decoder.push(length);
          }
          case ERROR -> throw new Undecodable("not brotli");
        }
      }
    }

    private void pull(ByteArrayOutputStream into) throws Undecodable {
      ByteBuffer output = decoder.pull();
      byte[] bytes = new byte[output.remaining()];
      output.get(bytes);
      count(bytes.length);
      into.writeBytes(bytes);
    }

    @Override
    public void close() {
      decoder.destroy();
    }
  }

  /** Zstandard (RFC 8878). */
  private static final class Zstd extends Decoding {
    private final ZstdDecompressCtx decoder = new ZstdDecompressCtx();
    private final ByteBuffer output = ByteBuffer.allocateDirect(BUFFER_BYTES);

    Zstd(long limitBytes) {
      super(limitBytes);
    }

    @Override
    void decode(byte[] encoded, ByteArrayOutputStream into) throws Undecodable {
      ByteBuffer input = ByteBuffer.allocateDirect(encoded.length).put(encoded).flip();
      try {
        boolean full = false;
        while (input.hasRemaining() || full) {
          decoder.decompressDirectByteBufferStream(output.clear(), input);
          full = !output.hasRemaining();
          byte[] bytes = new byte[output.flip().remaining()];
          output.get(bytes);
          count(bytes.length);
          into.writeBytes(bytes);
        }
      } catch (ZstdException e) {
        throw new Undecodable("not zstd: " + e.getMessage());
      }
    }

    @Override
    public void close() {
      decoder.close();
    }
  }
}
