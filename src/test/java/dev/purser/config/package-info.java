@NullMarked
package dev.purser.config;

import org.jspecify.annotations.NullMarked;
