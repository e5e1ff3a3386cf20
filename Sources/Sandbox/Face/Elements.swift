import AWSWire
import SimulatedAWS

/// An element with text; `nil` for an absent value, so that it is left out.
func element(_ name: String, _ text: String?) -> XMLNode? { text.map { XMLNode(name, text: $0) } }

func element(_ name: String, _ number: Int?) -> XMLNode? { number.map { XMLNode(name, text: String($0)) } }

func element(_ name: String, _ flag: Bool?) -> XMLNode? { flag.map { XMLNode(name, text: $0 ? "true" : "false") } }

func element(_ name: String, _ time: WorldTime?) -> XMLNode? { time.map { XMLNode(name, text: $0.iso8601) } }

/// An element with those of its children that are there.
func element(_ name: String, _ children: [XMLNode?]) -> XMLNode { XMLNode(name, children: children.compactMap { $0 }) }

/// A list as awsQuery has it, or with `item` as ec2Query does.
func list(_ name: String, of item: String = "member", _ items: [[XMLNode?]]) -> XMLNode {
  XMLNode(name, children: items.map { element(item, $0) })
}

func list(_ name: String, of item: String = "member", texts: [String]) -> XMLNode {
  XMLNode(name, children: texts.map { XMLNode(item, text: $0) })
}

/// A tree that a client sent, told back with its own keys.
func element(_ name: String, tree: Tree) -> XMLNode {
  switch tree {
  case .text(let text): XMLNode(name, text: text)
  case .list(let items): XMLNode(name, children: items.map { element("member", tree: $0) })
  case .members(let members):
    if members.count == 1, members[0].key == "member" {
      element(name, tree: members[0].value)
    } else {
      XMLNode(name, children: members.map { element($0.key, tree: $0.value) })
    }
  }
}
