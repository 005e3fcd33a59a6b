package dev.purser.providers;

import dev.purser.providers.RequestFields.Element;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where the requests of a dialect may have tools. All of them are read alike, wherever they stand:
 * a tool that is overlooked is one that nobody meters.
 *
 * @param places paths of the tools themselves: {@code tools[]}
 * @param members what is read of each
 */
record ToolPlaces(List<String> places, List<String> members) {
  ToolPlaces {
    places = List.copyOf(places);
    members = List.copyOf(members);
  }

  /** The paths that a scan needs for them, and further ones. */
  String[] with(String... others) {
    List<String> paths = new ArrayList<>(Arrays.asList(others));
    for (String place : places) {
      paths.add(place);
      for (String member : members) {
        paths.add(place + "." + member);
      }
    }
    return paths.toArray(String[]::new);
  }

  /** The tools of a request, those of one place after the other. */
  List<Element> in(RequestFields fields) {
    List<Element> tools = new ArrayList<>();
    for (String place : places) {
      tools.addAll(fields.elements(place));
    }
    return tools;
  }
}
