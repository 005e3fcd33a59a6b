@NullMarked
package dev.purser.people;

import org.jspecify.annotations.NullMarked;
