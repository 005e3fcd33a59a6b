/** Tests of the room {@code web}. */
@NullMarked
package dev.purser.web;

import org.jspecify.annotations.NullMarked;
