/// The page: a few files that are part of the program.
enum WebFiles {
  static let all: [String: (type: String, bytes: [UInt8])] = [
    "/": ("text/html; charset=utf-8", PackageResources.index_html),
    "/ward.css": ("text/css; charset=utf-8", PackageResources.ward_css),
    "/icon.svg": ("image/svg+xml", PackageResources.icon_svg),
    "/main.js": (script, PackageResources.main_js),
    "/wire.js": (script, PackageResources.wire_js),
    "/model.js": (script, PackageResources.model_js),
    "/strip.js": (script, PackageResources.strip_js),
    "/trend.js": (script, PackageResources.trend_js),
    "/parts.js": (script, PackageResources.parts_js),
    "/tile.js": (script, PackageResources.tile_js),
    "/bed.js": (script, PackageResources.bed_js),
    "/alarm-strip.js": (script, PackageResources.alarm_strip_js),
    "/sound.js": (script, PackageResources.sound_js),
    "/operator.js": (script, PackageResources.operator_js),
  ]

  private static let script = "text/javascript; charset=utf-8"
}
