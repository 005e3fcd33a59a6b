package dev.purser.api;

import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** How the API writes and reads JSON. */
final class Json {
  /** Request bodies are flat objects: what is deeper or longer than this is none of ours. */
  private static final StreamReadConstraints LIMITS =
      StreamReadConstraints.builder()
          .maxNestingDepth(16)
          .maxNumberLength(40)
          .maxNameLength(200)
          .build();

  static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(LIMITS)
          .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
          .build();

  private static final JsonMapper MAPPER =
      JsonMapper.builder(FACTORY)
          // A type that shows nothing of itself, a secret above all, stops the answer.
          .enable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
          .build();

  private Json() {}

  static byte[] write(Object body) {
    return MAPPER.writeValueAsBytes(body);
  }
}
