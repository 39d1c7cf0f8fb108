package check

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/eventbridge-connector/eventbridge-connector/internal/endpoint"
	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
	"github.com/eventbridge-connector/eventbridge-connector/internal/policy"
)

// identity is someone as whom tasks send, with the SDK's configuration for it.
type identity struct {
	key     string
	finding Finding // without a name: nothing is to be said
	config  aws.Config
	usable  bool // AWS knows it
}

// keyOf tells identities apart.
func keyOf(t policy.Target) string {
	return t.Identity + "\x00" + t.Role + "\x00" + t.ExternalID + "\x00" + t.AccessKey + "\x00" + t.SecretKey + "\x00" + t.SessionToken
}

// identities asks AWS who the worker is, and who the keys and roles of the models are. The worker comes first.
func (o *AWSOptions) identities(ctx context.Context) []*identity {
	targets := []policy.Target{{Identity: workerName, Kind: policy.Worker}}
	seen := map[string]bool{keyOf(targets[0]): true}
	needed := o.WorkerNeeded
	if o.Survey != nil {
		for _, t := range o.Survey.Targets {
			needed = needed || t.Kind == policy.Worker
			if !seen[keyOf(t)] {
				seen[keyOf(t)] = true
				targets = append(targets, t)
			}
		}
	}
	all := make([]*identity, len(targets))
	sideBySide(len(targets), func(i int) {
		all[i] = &identity{key: keyOf(targets[i])}
		if i == 0 {
			o.worker(ctx, all[i], needed)
		} else {
			o.ask(ctx, all[i], targets[i])
		}
	})
	return all
}

// workerName is the name of the worker's own identity in a [policy.Target].
const workerName = "default-chain"

// worker asks who the worker itself is.
func (o *AWSOptions) worker(ctx context.Context, id *identity, needed bool) {
	const name = "worker"
	switch {
	case o.SaaS && !o.WorkerNeeded:
		id.finding = skipped(name, "the default credentials chain is refused, since CAMUNDA_CONNECTOR_RUNTIME_SAAS is set")
		return
	case o.Survey != nil && !needed:
		id.finding = skipped(name, "no task of the models uses the default credentials chain")
		return
	}
	var err error
	if id.config, err = o.Load(ctx); err != nil {
		id.finding = failed(name, err.Error(), "mend AWS's settings")
		return
	}
	if id.config.Region == "" {
		id.config.Region = o.firstRegion()
	}
	if _, err := id.config.Credentials.Retrieve(ctx); err != nil {
		why := "the default credentials chain finds no credentials: " + awsReason(err)
		if !needed {
			id.finding = unknown(name, why+"; tasks that use it would fail; give models to learn whether there are any")
			return
		}
		id.finding = failed(name, why, "give the worker an identity: a role of its pod (IRSA, pod identity), of its instance or container, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
		return
	}
	o.caller(ctx, id, name, "default credentials chain")
}

// firstRegion is a region of the models, for a question that is the same in all of its partition.
func (o *AWSOptions) firstRegion() string {
	if o.Survey != nil {
		for _, t := range o.Survey.Targets {
			if endpoint.ValidRegion(t.Region) {
				return t.Region
			}
		}
	}
	return "us-east-1"
}

// ask asks who the key or the role of a task is.
func (o *AWSOptions) ask(ctx context.Context, id *identity, t policy.Target) {
	name := t.Identity
	if t.HasRole {
		name = t.Role
		if name == "" {
			name = "role"
		}
	}
	for _, field := range t.Computed {
		if field == "authentication.roleArn" || field == "awsCredential.authentication.roleArn" {
			id.finding = unknown(name, at(t, field)+errComputed.Error())
			return
		}
	}
	if t.Kind == policy.ProcessData {
		id.finding = unknown(name, at(t, "authentication")+"the process's variables decide as whom the task sends")
		return
	}
	cfg, why := o.configOf(ctx, t)
	if why != nil {
		why.Name = name
		id.finding = *why
		return
	}
	id.config = cfg
	if t.HasRole {
		role, external, err := o.roleOf(ctx, t)
		if err != nil {
			id.finding = failed(name, at(t, "authentication.externalId")+err.Error(), "see the secret above")
			return
		}
		id.config.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg, quietSTS), role, func(a *stscreds.AssumeRoleOptions) {
			a.RoleSessionName = "eventbridge-connector-check"
			if external != "" {
				a.ExternalID = aws.String(external)
			}
		}))
		if _, err := id.config.Credentials.Retrieve(ctx); err != nil {
			id.finding = failed(name, t.Identity+" cannot assume the role: "+awsReason(err),
				"allow sts:AssumeRole to "+t.Identity+" (the command policy writes that), and let the role's trust policy name it, with the external id of the task")
			return
		}
	}
	o.caller(ctx, id, name, t.Identity)
}

// configOf returns the configuration with the credentials that a task has without a role; the finding says why there is none.
func (o *AWSOptions) configOf(ctx context.Context, t policy.Target) (aws.Config, *Finding) {
	load := func(credentials ...func(*config.LoadOptions) error) (aws.Config, *Finding) {
		cfg, err := o.Load(ctx, append(credentials, config.WithRegion(regionOf(t)))...)
		if err != nil {
			f := failed("", err.Error(), "mend AWS's settings")
			return cfg, &f
		}
		if cfg.Region == "" {
			cfg.Region = o.firstRegion()
		}
		return cfg, nil
	}
	if t.Kind == policy.Worker {
		return load()
	}
	var keys [3]string
	for i, text := range []string{t.AccessKey, t.SecretKey, t.SessionToken} {
		if text == "" && i < 2 {
			f := unknown("", at(t, "authentication")+"the access key or the secret key is computed")
			return aws.Config{}, &f
		}
		var err error
		if keys[i], err = o.Resolve(ctx, t.ProcessID, text); err != nil {
			f := unknown("", at(t, "authentication")+"its secrets are not to be had; see above")
			return aws.Config{}, &f
		}
	}
	return load(config.WithCredentialsProvider(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: keys[0], SecretAccessKey: keys[1], SessionToken: keys[2], Source: "the task"}, nil
	})))
}

// regionOf is the region of a task, if it can be one.
func regionOf(t policy.Target) string {
	if endpoint.ValidRegion(t.Region) {
		return t.Region
	}
	return ""
}

func (o *AWSOptions) roleOf(ctx context.Context, t policy.Target) (role, external string, err error) {
	if role, err = o.Resolve(ctx, t.ProcessID, t.Role); err != nil {
		return "", "", err
	}
	external, err = o.Resolve(ctx, t.ProcessID, t.ExternalID)
	return role, external, err
}

// caller asks STS who sends with these credentials. It needs no permission.
func (o *AWSOptions) caller(ctx context.Context, id *identity, name, how string) {
	who, err := sts.NewFromConfig(id.config, quietSTS).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		id.finding = callerFault(name, how, err)
		return
	}
	id.usable = true
	id.finding = ok(name, fmt.Sprintf("%s (%s)", aws.ToString(who.Arn), how))
}

// callerFault says why AWS does not take credentials, and what to do.
func callerFault(name, how string, err error) Finding {
	cure := "look whether sts in this region can be reached from here (network, proxy, AWS_ENDPOINT_URL_STS)"
	switch eventbridge.ErrorCode(err) {
	case "":
	case "InvalidClientTokenId", "UnrecognizedClientException":
		cure = "AWS does not know the access key: was it deleted, or is it of another partition?"
	case "SignatureDoesNotMatch", "InvalidSignatureException":
		cure = "look at the secret key, and whether this host's clock is right"
	case "ExpiredToken", "ExpiredTokenException":
		cure = "get a new session token"
	default:
		cure = "look up the code in AWS's documentation of STS"
	}
	return failed(name, how+": "+awsReason(err), cure)
}
