import FoundationEssentials
import RealParts
import Testing

@testable import AWSClient

/// botocore's service models as the judge of our requests: each body is read back by the model's wire names, checked
/// against the model's types, and written again by botocore's own serializer, which must give the same members.
enum BotocoreJudge {
  struct Request: Encodable {
    var service: String
    var operation: String
    var target: String?
    var contentType: String
    var body: String
  }

  /// What is wrong with each request, in sentences that begin with its operation; empty: nothing.
  static func findings(_ requests: [Request]) throws -> [String] {
    let python = try #require(MotoServer.python)
    let folder = try TemporaryFolder("wanzami-judge")
    let script = try folder.write("judge.py", judgeScript)
    let bytes = try JSONEncoder().encode(requests)
    let input = try folder.write("requests.json", String(decoding: bytes, as: UTF8.self))
    let output = try Command.check([python, script, input])
    let line = try #require(output.text.split(separator: "\n").last { $0.hasPrefix("[") })
    return try JSONDecoder().decode([String].self, from: Data(line.utf8))
  }

  /// botocore's name of a service.
  static func name(of service: AWSService) -> String {
    service == .autoScaling ? "autoscaling" : service.rawValue.lowercased()
  }
}

private let judgeScript = #"""
  import json, re, sys, urllib.parse
  import botocore.loaders, botocore.model, botocore.serialize, botocore.validate

  loader = botocore.loaders.Loader()
  models = {}

  def model_of(name):
      if name not in models:
          models[name] = botocore.model.ServiceModel(loader.load_service_model(name, "service-2"), name)
      return models[name]

  class Finding(Exception):
      pass

  def wire_name(shape, member, is_ec2):
      names = shape.serialization
      if not is_ec2:
          return names.get("name", member)
      if "queryName" in names:
          return names["queryName"]
      name = names.get("name", member)
      return name[0].upper() + name[1:]

  def nest(pairs):
      tree = {}
      for key, value in pairs:
          node = tree
          steps = key.split(".")
          for step in steps[:-1]:
              node = node.setdefault(step, {})
              if not isinstance(node, dict):
                  raise Finding(f"{key}: a member below a value")
          if steps[-1] in node:
              raise Finding(f"{key}: sent twice")
          node[steps[-1]] = value
      return tree

  def scalar(shape, text, path):
      if not isinstance(text, str):
          raise Finding(f"{path}: members, but the model has {shape.type_name}")
      kind = shape.type_name
      if kind in ("integer", "long"):
          if not re.fullmatch(r"-?\d+", text):
              raise Finding(f"{path}: {text!r} is no {kind}")
          return int(text)
      if kind in ("float", "double"):
          return float(text)
      if kind == "boolean":
          if text not in ("true", "false"):
              raise Finding(f"{path}: {text!r} is no boolean")
          return text == "true"
      if kind == "string" and shape.enum and text not in shape.enum:
          raise Finding(f"{path}: {text!r} is none of {shape.enum}")
      return text

  def numbered(tree, path):
      if not isinstance(tree, dict):
          raise Finding(f"{path}: a value, but the model has a list")
      if sorted(tree, key=str) != sorted((str(number + 1) for number in range(len(tree))), key=str):
          raise Finding(f"{path}: elements {sorted(tree)} are not 1 to {len(tree)}")
      return [tree[str(number + 1)] for number in range(len(tree))]

  def read(shape, tree, path, is_ec2):
      if shape.type_name == "structure":
          if not isinstance(tree, dict):
              raise Finding(f"{path}: a value, but the model has members")
          by_wire = {}
          for member, inner in shape.members.items():
              name = wire_name(inner, member, is_ec2)
              if inner.type_name == "list" and not is_ec2 and inner.serialization.get("flattened"):
                  name = inner.member.serialization.get("name", name)
              by_wire[name] = (member, inner)
          out = {}
          for name, value in tree.items():
              if name not in by_wire:
                  raise Finding(f"{path}.{name}: no such member")
              member, inner = by_wire[name]
              out[member] = read(inner, value, f"{path}.{name}", is_ec2)
          return out
      if shape.type_name == "list":
          if not is_ec2 and not shape.serialization.get("flattened"):
              step = shape.member.serialization.get("name", "member")
              if not isinstance(tree, dict) or list(tree) != [step]:
                  raise Finding(f"{path}: a list has its elements under {step}")
              tree = tree[step]
          return [read(shape.member, item, path, is_ec2) for item in numbered(tree, path)]
      return scalar(shape, tree, path)

  def enums(shape, value, path):
      if shape.type_name == "structure":
          for name, inner in value.items():
              if name in shape.members:
                  enums(shape.members[name], inner, f"{path}.{name}")
      elif shape.type_name == "list":
          for inner in value:
              enums(shape.member, inner, path)
      elif shape.type_name == "string" and shape.enum and value not in shape.enum:
          raise Finding(f"{path}: {value!r} is none of {shape.enum}")

  def judge(request):
      model = model_of(request["service"])
      operation = model.operation_model(request["operation"])
      protocol = model.metadata["protocol"]
      # CloudWatch speaks several protocols; ours is the query protocol.
      if request.get("target") is None and protocol not in ("ec2", "query"):
          protocol = "query"
      if request.get("target") is None:
          pairs = urllib.parse.parse_qsl(
              request["body"], keep_blank_values=True, strict_parsing=True, encoding="utf-8", errors="strict")
          form = dict(pairs)
          if form.pop("Version", None) != model.api_version:
              raise Finding(f"Version is not {model.api_version}")
          if form.pop("Action", None) != operation.name:
              raise Finding("Action is another")
          if len(form) != len(pairs) - 2:
              raise Finding("a key is sent twice")
          shape = operation.input_shape
          params = read(shape, nest(form.items()), operation.name, protocol == "ec2") if shape else {}
          if not shape and form:
              raise Finding("members, but the model has none")
          expected_type = "application/x-www-form-urlencoded; charset=utf-8"
      else:
          params = json.loads(request["body"])
          if operation.input_shape:
              enums(operation.input_shape, params, operation.name)
          if request["target"] != f"{model.metadata['targetPrefix']}.{operation.name}":
              raise Finding(f"the target is {request['target']}")
          expected_type = f"application/x-amz-json-{model.metadata['jsonVersion']}"
      if request["contentType"] != expected_type:
          raise Finding(f"the content type is {request['contentType']}")
      if operation.input_shape:
          report = botocore.validate.ParamValidator().validate(params, operation.input_shape)
          if report.has_errors():
              raise Finding(report.generate_report())
      again = botocore.serialize.create_serializer(protocol).serialize_to_request(params, operation)
      if request.get("target") is None:
          written = {key: str(value) for key, value in again["body"].items() if key not in ("Action", "Version")}
          if written != form:
              raise Finding(f"botocore writes {written}, we {form}")
      elif json.loads(again["body"] or b"{}") != params:
          raise Finding(f"botocore writes {again['body']}, we {request['body']}")

  findings = []
  for request in json.load(open(sys.argv[1])):
      try:
          judge(request)
      except Exception as error:
          findings.append(f"{request['service']} {request['operation']}: {error}")
  print(json.dumps(findings))
  """#
