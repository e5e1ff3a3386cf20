import ReleaseCore
import Testing

@Suite("The difference of two texts")
struct LineDiffTests {
  private func shown(_ old: String, _ new: String, context: Int = 3) -> String {
    let lines: (String) -> [String] = { $0.split(separator: " ").map(String.init) }
    return LineDiff(old: lines(old), new: lines(new), context: context).hunks.map { hunk in
      hunk.heading + " " + hunk.lines.map { $0.side.rawValue + $0.text }.joined(separator: " ")
    }.joined(separator: " ")
  }

  @Test(
    "is told as diff -u tells it",
    arguments: [
      ("a b c", "a b c", ""), ("a b c", "a x c", "@@ -1,3 +1,3 @@  a -b +x  c"),
      ("", "a", "@@ -0,0 +1,1 @@ +a"), ("a", "", "@@ -1,1 +0,0 @@ -a"),
      ("a b c d e f g h", "a b c d X f g h", "@@ -2,7 +2,7 @@  b  c  d -e +X  f  g  h"),
      ("a b", "b a", "@@ -1,2 +1,2 @@ -a  b +a"),
    ])
  func told(old: String, new: String, expected: String) { #expect(shown(old, new) == expected) }

  @Test("changes far apart are two hunks")
  func hunks() {
    let old = "1 2 3 4 5 6 7 8 9"
    #expect(shown(old, "A 2 3 4 5 6 7 8 B", context: 1) == "@@ -1,2 +1,2 @@ -1 +A  2 @@ -8,2 +8,2 @@  8 -9 +B")
  }

  @Test("applying it gives the new text, whatever the two are")
  func law() {
    var generator = Seeded(state: 42)
    for _ in 0..<60 {
      let draw: () -> [String] = {
        (0..<Int.random(in: 0...9, using: &generator)).map { _ in
          ["a", "b", "c"].randomElement(using: &generator) ?? "a"
        }
      }
      let (old, new) = (draw(), draw())
      let lines = LineDiff(old: old, new: new, context: 20).hunks.flatMap(\.lines)
      guard old != new else {
        #expect(lines.isEmpty)
        continue
      }
      #expect(lines.filter { $0.side != .old }.map(\.text) == new, "seed 42: \(old) \(new)")
      #expect(lines.filter { $0.side != .new }.map(\.text) == old, "seed 42: \(old) \(new)")
    }
  }

  private struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 29)
    }
  }
}

@Suite("What looks like a secret is not shown")
struct SecretMaskTests {
  @Test(
    "by its name, its form or its looks",
    arguments: [
      ("docker run -e DB_PASSWORD=hunter2 -p 4000:4000 x", "docker run -e DB_PASSWORD=*** -p 4000:4000 x"),
      ("export API_TOKEN='a b c'", "export API_TOKEN='***'"), ("STRIPE_KEY=sk_live_4242424242", "STRIPE_KEY=***"),
      ("password: s3cret", "password: ***"),
      (#"  "dbPassword": "x", "user": "y""#, #"  "dbPassword": "***", "user": "y""#),
      ("curl -H 'Authorization: Bearer abc' https://x", "curl -H 'Authorization: ***' https://x"),
      ("psql postgres://app:pw@db:5432/app", "psql postgres://***@db:5432/app"),
      ("key AKIAIOSFODNN7EXAMPLE here", "key *** here"),
      ("x wJalrXUtnFEMI9K7MDENGbPxRfiCYEXAMPLEKEY y", "x *** y"),
      ("tool --api-key abc --name api", "tool --api-key *** --name api"),
      ("h 0123456789abcdef0123456789abcdef", "h ***"),
    ])
  func hidden(line: String, expected: String) {
    var mask = SecretMask()
    #expect(mask.line(line) == expected)
    #expect(mask.hidden > 0)
  }

  @Test(
    "what reveals nothing stays readable",
    arguments: [
      "docker run -d --name api --restart=always -p 4000:4000 --env-file /etc/wanzami.env \\",
      "docker pull 111122223333.dkr.ecr.eu-north-1.amazonaws.com/wanzami-api@sha256:"
        + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
      "docker run r.example.com/wanzami-api:0123456789abcdef0123456789abcdef01234567",
      "aws ecr get-login-password | docker login --username AWS --password-stdin 1.dkr.ecr.eu-north-1.amazonaws.com",
      "export DB_PASSWORD=$(aws ssm get-parameter --name /api/db --query Parameter.Value)", "TOKEN=\"$TOKEN\"",
      "ami-0a1b2c3d4e5f60718", "arn:aws:iam::123456789012:instance-profile/AmazonSSMManagedInstanceCore",
      "curl https://example.com/a/b?c=d", "AUTHOR=ada", "--password-file /run/pw",
    ])
  func shown(line: String) {
    var mask = SecretMask()
    #expect(mask.line(line) == line)
    #expect(mask.hidden == 0)
  }

  @Test("all of a private key is hidden")
  func privateKey() {
    var mask = SecretMask()
    let lines = mask.lines(["-----BEGIN RSA PRIVATE KEY-----", "abc", "def", "-----END RSA PRIVATE KEY-----", "x"])
    #expect(lines == ["-----BEGIN RSA PRIVATE KEY-----", "***", "***", "-----END RSA PRIVATE KEY-----", "x"])
  }
}
