/** What a text from outside may be before it is kept or shown. */
@NullMarked
package dev.purser.text;

import org.jspecify.annotations.NullMarked;
