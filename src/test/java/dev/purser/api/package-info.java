/** Tests of the room {@code api}. */
@NullMarked
package dev.purser.api;

import org.jspecify.annotations.NullMarked;
